import { pathOf, type Znode, type ZnodeState } from "./znode.ts";

/**
 * The nodes of a tree as they were at one moment, from the oldest to the newest. Pinning copies
 * nothing: a node's state is kept aside when it changes for the first time afterwards.
 */
export class PinnedTree {
  /** How many nodes there were. */
  readonly count: number;
  readonly #generation: number;
  readonly #deleted: ReadonlyMap<Znode, number>;
  readonly #onRelease: () => void;
  readonly #kept = new Map<Znode, ZnodeState>();
  #next: Znode | null;
  #left: number;
  #released = false;

  /** @param generation - a node of a later one has changed, or was made, since */
  constructor(
    root: Znode,
    count: number,
    generation: number,
    deleted: ReadonlyMap<Znode, number>,
    onRelease: () => void,
  ) {
    this.count = count;
    this.#generation = generation;
    this.#deleted = deleted;
    this.#onRelease = onRelease;
    this.#next = root;
    this.#left = count;
  }

  /** The next node's path and state; null at the end. */
  next(): { readonly path: string; readonly state: ZnodeState } | null {
    while (this.#next !== null && this.#left > 0) {
      const node = this.#next;
      this.#next = node.newer;
      const state = this.#stateOf(node);
      if (state === null) continue;
      this.#left--;
      return { path: pathOf(node), state };
    }
    return null;
  }

  /** The node is about to change. */
  keep(node: Znode): void {
    if (node.generation > this.#generation) return; // kept before, or not there yet
    const { kind, data, acl, created, modified, childrenModified } = node;
    const { version, creations, aversion } = node;
    const stamps = { created, modified, childrenModified };
    this.#kept.set(node, { kind, data, acl, ...stamps, version, creations, aversion });
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#next = null;
    this.#kept.clear();
    this.#onRelease();
  }

  /** Null for a node that was not there. */
  #stateOf(node: Znode): ZnodeState | null {
    const deletedIn = this.#deleted.get(node);
    if (deletedIn !== undefined && deletedIn <= this.#generation) return null;
    return this.#kept.get(node) ?? (node.generation <= this.#generation ? node : null);
  }
}
