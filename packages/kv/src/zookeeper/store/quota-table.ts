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
    if (this.isEmpty) return null;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const prefix = path.slice(0, end);
      if (this.#paths.has(prefix)) return prefix;
    }
    return null;
  }
}
