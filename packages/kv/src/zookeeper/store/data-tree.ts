import { assert } from "@quorate/core";
import type { Acl, Stamp } from "../codec/records.ts";
import { OPEN_ACL, READ_ONLY_ACL } from "./acl.ts";
import { PinnedTree } from "./pinned-tree.ts";
import { hashChildPath, hashData, ROOT_PATH_HASH, TreeDigest } from "./tree-digest.ts";
import { ValueBlocks } from "./value-blocks.ts";
import { Znode, type ZnodeState } from "./znode.ts";

/**
 * The tree of nodes. Everything is found from the root, so that a node costs one entry in its
 * parent's map; creating and deleting cost the same among many siblings as among few.
 *
 * Invariants: the list from oldest to newest holds every node of the tree, parents before their
 * children, and beside them only nodes deleted since the oldest view was pinned; the digest is the
 * sum over the nodes of the tree.
 */
export class DataTree {
  readonly root: Znode;
  readonly #digest = new TreeDigest();
  readonly #values = new ValueBlocks();
  readonly #views = new Set<PinnedTree>();
  /** Nodes deleted while views were pinned, and the generation in which each was. */
  readonly #deleted = new Map<Znode, number>();
  #newest: Znode;
  #count = 1;
  #bytes = 1;
  /** How many views were ever pinned. */
  #generation = 0;

  /** A tree of a root alone. */
  constructor(root: ZnodeState) {
    const state = { ...root, data: this.#values.copy(root.data) };
    this.root = new Znode(null, "", state, ROOT_PATH_HASH, hashData(state.data), 0);
    this.#newest = this.root;
    this.#digest.add(this.root);
    this.#bytes += root.data?.length ?? 0;
  }

  /** What every ensemble begins with. */
  static initial(): DataTree {
    const tree = new DataTree(FIRST_STATE);
    tree.add("/zookeeper", FIRST_STATE);
    tree.add("/zookeeper/quota", FIRST_STATE);
    tree.add("/zookeeper/config", { ...FIRST_STATE, acl: READ_ONLY_ACL, aversion: -1 });
    return tree;
  }

  /** Nodes in the tree. */
  get count(): number {
    return this.#count;
  }

  /** About the memory that paths and data take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Equal for equal trees: same paths, data and stats. Sixteen hexadecimal digits. */
  get digest(): string {
    return this.#digest.toString();
  }

  /** The node at the path; the empty one is the root's, as in ZooKeeper. */
  find(path: string): Znode | null {
    if (path.length < 2) return path === "" || path === "/" ? this.root : null;
    if (path.charCodeAt(0) !== 0x2f) return null;
    let node: Znode | undefined = this.root;
    for (let at = 1; node !== undefined;) {
      const end = path.indexOf("/", at);
      if (end < 0) return node.children?.get(path.slice(at)) ?? null;
      node = node.children?.get(path.slice(at, end));
      at = end + 1;
    }
    return null;
  }

  /** The name must be free. */
  create(
    parent: Znode,
    name: string,
    content: { readonly data: Uint8Array | null; readonly acl: Acl },
    stamp: Stamp,
  ): Znode {
    this.#beforeChange(parent);
    parent.creations = (parent.creations + 1) | 0;
    parent.childrenModified = stamp;
    this.#digest.add(parent);
    return this.#link(parent, name, {
      data: this.#values.copy(content.data),
      acl: content.acl,
      created: stamp,
      modified: stamp,
      childrenModified: stamp,
      version: 0,
      creations: 0,
      aversion: 0,
    });
  }

  setData(node: Znode, data: Uint8Array | null, stamp: Stamp): void {
    this.#beforeChange(node);
    this.#bytes += (data?.length ?? 0) - (node.data?.length ?? 0);
    node.data = this.#values.copy(data);
    node.dataHash = hashData(data);
    node.version = (node.version + 1) | 0;
    node.modified = stamp;
    this.#digest.add(node);
  }

  /** The node must have no children and a parent. */
  delete(node: Znode, stamp: Stamp): void {
    const { parent } = node;
    assert(parent !== null && !node.children?.size, "only a leaf is deleted, and not the root");
    this.#beforeChange(parent);
    parent.childrenModified = stamp;
    this.#digest.add(parent);
    parent.children?.delete(node.name);
    this.#digest.subtract(node);
    this.#count--;
    this.#bytes -= pathLength(node) + (node.data?.length ?? 0);
    // A view that was pinned before still has to come past it.
    if (this.#views.size > 0) this.#deleted.set(node, this.#generation);
    else this.#unlist(node);
  }

  /**
   * Adds a node as it was written out, behind its parent and older siblings.
   *
   * @returns false when its parent is not there, or it is already
   */
  add(path: string, state: ZnodeState): boolean {
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? null : this.find(path.slice(0, slash));
    const name = path.slice(slash + 1);
    if (parent === null || name === "" || parent.children?.has(name)) return false;
    this.#link(parent, name, { ...state, data: this.#values.copy(state.data) });
    return true;
  }

  /** The tree as it is now, to be written out while it changes. Costs nothing by itself. */
  pin(): PinnedTree {
    const view = new PinnedTree(this.root, this.#count, this.#generation++, this.#deleted, () => {
      this.#views.delete(view);
      if (this.#views.size > 0) return;
      for (const node of this.#deleted.keys()) this.#unlist(node);
      this.#deleted.clear();
    });
    this.#views.add(view);
    return view;
  }

  #link(parent: Znode, name: string, state: ZnodeState): Znode {
    const pathHash = hashChildPath(parent.pathHash, name);
    const node = new Znode(parent, name, state, pathHash, hashData(state.data), this.#generation);
    parent.children ??= new Map();
    parent.children.set(name, node);
    node.older = this.#newest;
    this.#newest.newer = node;
    this.#newest = node;
    this.#digest.add(node);
    this.#count++;
    this.#bytes += pathLength(node) + (state.data?.length ?? 0);
    return node;
  }

  /** Takes the node out of the digest, and leaves its state to the views that have not seen it. */
  #beforeChange(node: Znode): void {
    this.#digest.subtract(node);
    if (this.#views.size === 0 || node.generation === this.#generation) return;
    for (const view of this.#views) view.keep(node);
    node.generation = this.#generation;
  }

  #unlist(node: Znode): void {
    const { older, newer } = node;
    if (older !== null) older.newer = newer;
    if (newer !== null) newer.older = older;
    else this.#newest = older ?? this.root;
  }
}

const NEVER: Stamp = { zxid: 0, time: 0 };

const FIRST_STATE: ZnodeState = {
  data: new Uint8Array(0),
  acl: OPEN_ACL,
  created: NEVER,
  modified: NEVER,
  childrenModified: NEVER,
  version: 0,
  creations: 0,
  aversion: 0,
};

function pathLength(node: Znode): number {
  let length = 0;
  for (let at: Znode | null = node; at?.parent != null; at = at.parent)
    length += 1 + at.name.length;
  return length;
}
