import type { Acl, Stamp, Stat } from "../codec/records.ts";
import type { NodeKind } from "./node-kind.ts";

/** What of a node changes, and what a snapshot keeps of it beside its path. */
export interface ZnodeState {
  readonly kind: NodeKind;
  /** Null, which is not the same as empty, when the client gave none. */
  readonly data: Uint8Array | null;
  readonly acl: Acl;
  readonly created: Stamp;
  readonly modified: Stamp;
  /** When a child was last created or deleted. */
  readonly childrenModified: Stamp;
  readonly version: number;
  /** How many children were ever created: what sequential names count by. */
  readonly creations: number;
  readonly aversion: number;
}

/** A node of the tree. Only {@link DataTree} changes one. */
export class Znode implements ZnodeState {
  readonly parent: Znode | null;
  readonly name: string;
  readonly kind: NodeKind;
  /** By name, in the order of their creation. */
  children: Map<string, Znode> | null = null;
  data: Uint8Array | null;
  acl: Acl;
  readonly created: Stamp;
  modified: Stamp;
  childrenModified: Stamp;
  version: number;
  creations: number;
  aversion: number;
  /** Of the path, the kind and the data, for the tree's digest. */
  readonly identityHash: number;
  dataHash: number;
  /** Neighbours in the order of creation. */
  older: Znode | null = null;
  newer: Znode | null = null;
  /** How many views had been pinned when it got the state that it has. */
  generation: number;

  constructor(
    parent: Znode | null,
    name: string,
    state: ZnodeState,
    identityHash: number,
    dataHash: number,
    generation: number,
  ) {
    this.parent = parent;
    this.name = name;
    this.kind = state.kind;
    this.data = state.data;
    this.acl = state.acl;
    this.created = state.created;
    this.modified = state.modified;
    this.childrenModified = state.childrenModified;
    this.version = state.version;
    this.creations = state.creations;
    this.aversion = state.aversion;
    this.identityHash = identityHash;
    this.dataHash = dataHash;
    this.generation = generation;
  }

  get numChildren(): number {
    return this.children?.size ?? 0;
  }

  get dataLength(): number {
    return this.data?.length ?? 0;
  }
}

/** The path of a node, even of one that is no longer in the tree. */
export function pathOf(node: Znode): string {
  if (node.parent === null) return "/";
  let path = "";
  for (let at: Znode = node; at.parent !== null; at = at.parent) path = `/${at.name}${path}`;
  return path;
}

/** A node as clients see it, now. */
export function statOf(node: Znode): Stat {
  const { kind, numChildren } = node;
  return {
    created: node.created,
    modified: node.modified,
    childrenModified: node.childrenModified,
    version: node.version,
    // Changes of the children, deletions too: what was created, and what is no longer there.
    cversion: (2 * node.creations - numChildren) | 0,
    aversion: node.aversion,
    ephemeralOwner: kind.kind === "ephemeral" ? kind.session : null,
    dataLength: node.dataLength,
    numChildren,
  };
}

/** The node and all below it. Walked without recursion: a tree may be deeper than the stack. */
export function* subtree(root: Znode): Generator<Znode> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    for (const child of node.children?.values() ?? []) pending.push(child);
  }
}
