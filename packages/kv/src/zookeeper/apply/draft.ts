import { assert } from "@quorate/core";
import type { Usage } from "../store/index.ts";
import { parentOf, type Change } from "./change.ts";
import type { Nodes, NodeView } from "./nodes.ts";

/**
 * The tree as it will be after some changes that were prepared and have not happened: each operation
 * of a `multi` sees those before it, and if one is refused, nothing has to be undone.
 */
export class Draft implements Nodes {
  readonly #nodes: Nodes;
  /** Nodes that are others than in the tree; null for one that is gone. */
  readonly #changed = new Map<string, NodeView | null>();
  /** By the path of the quota. */
  readonly #used = new Map<string, Usage>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  find(path: string): NodeView | null {
    const changed = this.#changed.get(path === "/" ? "" : path);
    return changed === undefined ? this.#nodes.find(path) : changed;
  }

  quotaOver(path: string): { readonly path: string; readonly usage: Usage } | null {
    const over = this.#nodes.quotaOver(path);
    if (over === null) return null;
    const more = this.#used.get(over.path) ?? NOTHING;
    return { path: over.path, usage: sum(over.usage, more) };
  }

  /** The change was prepared against this very draft. */
  add(change: Change): void {
    switch (change.kind) {
      case "create": {
        const { path, data, acl, nodeKind: kind } = change;
        const parent = this.#node(parentOf(path));
        this.#put(parentOf(path), {
          ...parent,
          creations: (parent.creations + 1) | 0,
          numChildren: parent.numChildren + 1,
        });
        const counts = { version: 0, aversion: 0, creations: 0, numChildren: 0 };
        this.#put(path, { kind, acl, data, ...counts });
        return this.#use(path, { count: 1, bytes: data?.length ?? 0 });
      }
      case "setData": {
        const node = this.#node(change.path);
        const bytes = (change.data?.length ?? 0) - (node.data?.length ?? 0);
        this.#put(change.path, { ...node, data: change.data, version: (node.version + 1) | 0 });
        return this.#use(change.path, { count: 0, bytes });
      }
      case "setAcl": {
        const node = this.#node(change.path);
        const aversion = (node.aversion + 1) | 0;
        return this.#put(change.path, { ...node, acl: change.acl, aversion });
      }
      case "delete": {
        const node = this.#node(change.path);
        const parent = this.#node(parentOf(change.path));
        this.#put(parentOf(change.path), { ...parent, numChildren: parent.numChildren - 1 });
        this.#changed.set(change.path, null);
        return this.#use(change.path, { count: -1, bytes: -(node.data?.length ?? 0) });
      }
      case "check":
        return;
    }
  }

  /** A copy with all properties its own: a node of the tree has some by its class. */
  #node(path: string): NodeView {
    const node = this.find(path);
    assert(node !== null, "a change was prepared for nodes that are there");
    const { kind, acl, data, version, aversion, creations, numChildren } = node;
    return { kind, acl, data, version, aversion, creations, numChildren };
  }

  #put(path: string, node: NodeView): void {
    this.#changed.set(path === "/" ? "" : path, node);
  }

  #use(path: string, more: Usage): void {
    const over = this.#nodes.quotaOver(path);
    if (over !== null) this.#used.set(over.path, sum(this.#used.get(over.path) ?? NOTHING, more));
  }
}

const NOTHING: Usage = { count: 0, bytes: 0 };

function sum(a: Usage, b: Usage): Usage {
  return { count: a.count + b.count, bytes: a.bytes + b.bytes };
}
