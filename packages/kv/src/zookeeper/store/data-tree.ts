import { assert } from "@quorate/core";
import { AclPool, OPEN_ACL, READ_ONLY_ACL } from "../access/index.ts";
import type { Acl, Stamp } from "../codec/records.ts";
import type { SessionId } from "../codec/session-id.ts";
import { MortalNodes } from "./mortal-nodes.ts";
import { PERSISTENT, type NodeKind } from "./node-kind.ts";
import { PinnedTree } from "./pinned-tree.ts";
import { QuotaTable } from "./quota-table.ts";
import {
  decodeUsage,
  encodeUsage,
  isQuotaName,
  quotaNode,
  statsPath,
  type Usage,
} from "./quota.ts";
import { hashChild, hashData, ROOT_HASH, TreeDigest } from "./tree-digest.ts";
import { ValueBlocks } from "./value-blocks.ts";
import { pathOf, subtree, Znode, type ZnodeState } from "./znode.ts";

/** What a node is created with. */
export interface NodeContent {
  readonly kind: NodeKind;
  readonly data: Uint8Array | null;
  readonly acl: Acl;
}

/**
 * The tree of nodes. Everything is found from the root, so that a node costs one entry in its
 * parent's map; creating and deleting cost the same among many siblings as among few.
 *
 * Invariants: the list from oldest to newest holds every node of the tree, parents before their
 * children, and beside them only nodes deleted since the oldest view was pinned; the digest is the
 * sum over the nodes of the tree; what the stats node of a quota says follows every change below it.
 */
export class DataTree {
  readonly root: Znode;
  readonly #digest = new TreeDigest();
  readonly #values = new ValueBlocks();
  readonly #acls = new AclPool();
  readonly #mortals = new MortalNodes();
  readonly #quotas = new QuotaTable();
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
    const state = { ...root, data: this.#values.copy(root.data), acl: this.#acls.take(root.acl) };
    this.root = new Znode(null, "", state, ROOT_HASH, hashData(state.data), 0);
    this.#newest = this.root;
    this.#digest.add(this.root);
    this.#bytes += root.data?.length ?? 0;
  }

  /**
   * What every ensemble begins with.
   *
   * @param config - what `/zookeeper/config` tells
   */
  static initial(config: Uint8Array = new Uint8Array(0)): DataTree {
    const tree = new DataTree(FIRST_STATE);
    tree.add("/zookeeper", FIRST_STATE);
    tree.add("/zookeeper/quota", FIRST_STATE);
    const state = { ...FIRST_STATE, data: config, acl: READ_ONLY_ACL, aversion: -1 };
    tree.add("/zookeeper/config", state);
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

  get ephemeralCount(): number {
    return this.#mortals.ephemeralCount;
  }

  /** The nodes that end with the session, in the order of their creation. */
  ephemeralsOf(session: SessionId): ReadonlySet<Znode> {
    return this.#mortals.of(session);
  }

  /** Containers and nodes with a time to live. */
  get reapable(): ReadonlySet<Znode> {
    return this.#mortals.unowned;
  }

  /** The path of the quota that a node there is under, and what it uses; null if there is none. */
  quotaOver(path: string): { readonly path: string; readonly usage: Usage } | null {
    const over = this.#quotas.over(path);
    if (over === null) return null;
    const usage = decodeUsage(this.find(statsPath(over))?.data ?? null);
    return usage === null ? null : { path: over, usage };
  }

  /** Equal for equal trees: same paths, data, access lists and stats. Sixteen hexadecimal digits. */
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
  create(parent: Znode, name: string, content: NodeContent, stamp: Stamp): Znode {
    this.#beforeChange(parent);
    parent.creations = (parent.creations + 1) | 0;
    parent.childrenModified = stamp;
    this.#digest.add(parent);
    const node = this.#link(parent, name, {
      kind: content.kind,
      data: this.#values.copy(content.data),
      acl: this.#acls.take(content.acl),
      created: stamp,
      modified: stamp,
      childrenModified: stamp,
      version: 0,
      creations: 0,
      aversion: 0,
    });
    this.#use(node, { count: 1, bytes: node.dataLength });
    if (isQuotaName(name)) this.#noteQuota(pathOf(node));
    return node;
  }

  setData(node: Znode, data: Uint8Array | null, stamp: Stamp): void {
    const bytes = (data?.length ?? 0) - node.dataLength;
    this.#beforeChange(node);
    this.#replaceData(node, data);
    node.version = (node.version + 1) | 0;
    node.modified = stamp;
    this.#digest.add(node);
    this.#use(node, { count: 0, bytes });
  }

  setAcl(node: Znode, acl: Acl): void {
    this.#beforeChange(node);
    const before = node.acl;
    node.acl = this.#acls.take(acl);
    this.#acls.release(before);
    node.aversion = (node.aversion + 1) | 0;
    this.#digest.add(node);
  }

  /** The node must have no children and a parent. */
  delete(node: Znode, stamp: Stamp): void {
    const { parent } = node;
    assert(parent !== null && node.numChildren === 0, "only a leaf is deleted, and not the root");
    this.#beforeChange(parent);
    parent.childrenModified = stamp;
    this.#digest.add(parent);
    parent.children?.delete(node.name);
    this.#digest.subtract(node);
    this.#count--;
    this.#bytes -= pathLength(node) + node.dataLength;
    this.#acls.release(node.acl);
    this.#mortals.delete(node);
    this.#use(node, { count: -1, bytes: -node.dataLength });
    this.#dropQuota(node);
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
    const [data, acl] = [this.#values.copy(state.data), this.#acls.take(state.acl)];
    this.#link(parent, name, { ...state, data, acl });
    const quota = quotaNode(path);
    if (quota?.node === "limits") this.#quotas.add(quota.of);
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
    const hash = hashChild(parent.identityHash, name, state.kind);
    const node = new Znode(parent, name, state, hash, hashData(state.data), this.#generation);
    parent.children ??= new Map();
    parent.children.set(name, node);
    node.older = this.#newest;
    this.#newest.newer = node;
    this.#newest = node;
    this.#digest.add(node);
    this.#mortals.add(node);
    this.#count++;
    this.#bytes += pathLength(node) + node.dataLength;
    return node;
  }

  #replaceData(node: Znode, data: Uint8Array | null): void {
    this.#bytes += (data?.length ?? 0) - node.dataLength;
    node.data = this.#values.copy(data);
    node.dataHash = hashData(data);
  }

  // --- quotas -------------------------------------------------------------------------------------

  /** The node, or what it holds, is more or less by so much. */
  #use(node: Znode, more: Usage): void {
    if (this.#quotas.isEmpty) return;
    const over = this.quotaOver(pathOf(node));
    if (over === null) return;
    const { count, bytes } = over.usage;
    this.#tellUsage(over.path, { count: count + more.count, bytes: bytes + more.bytes });
  }

  /** The new node may be one of those that make a quota: it begins with what there is. */
  #noteQuota(path: string): void {
    const quota = quotaNode(path);
    if (quota === null) return;
    if (quota.node === "limits") this.#quotas.add(quota.of);
    const root = this.find(quota.of);
    this.#tellUsage(quota.of, root === null ? { count: 0, bytes: 0 } : usageOf(root));
  }

  #dropQuota(node: Znode): void {
    if (!isQuotaName(node.name)) return;
    const quota = quotaNode(pathOf(node));
    if (quota?.node === "limits") this.#quotas.delete(quota.of);
  }

  /** Changes what the stats node says and nothing else of it: that is no client's write. */
  #tellUsage(path: string, usage: Usage): void {
    const node = this.find(statsPath(path));
    if (node === null) return;
    this.#beforeChange(node);
    this.#replaceData(node, encodeUsage(usage));
    this.#digest.add(node);
  }

  // --- views --------------------------------------------------------------------------------------

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
  kind: PERSISTENT,
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

function usageOf(root: Znode): Usage {
  let [count, bytes] = [0, 0];
  for (const node of subtree(root)) {
    count++;
    bytes += node.dataLength;
  }
  return { count, bytes };
}
