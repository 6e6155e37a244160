import { pathsOver } from "./path.ts";

/** The paths that have a quota, to find the one that a node is under. */
export class QuotaTable {
  readonly #paths = new Set<string>();

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  add(path: string): void {
    this.#paths.add(path);
  }

  delete(path: string): void {
    this.#paths.delete(path);
  }

  /** The longest path with a quota that the path is, or is below; null if there is none. */
  over(path: string): string | null {
    let longest: string | null = null;
    for (const over of pathsOver(path, this.#paths)) {
      if (longest === null || over.length > longest.length) longest = over;
    }
    return longest;
  }
}
