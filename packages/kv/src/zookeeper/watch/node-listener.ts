import type { Acl } from "../codec/index.ts";

/** What happened to a node, with the access list that it has, or had at last. */
export interface NodeChange {
  readonly path: string;
  readonly zxid: number;
  readonly acl: Acl;
}

/** A node came or went: the list of children of the one above changed, too. */
export interface NodeSetChange extends NodeChange {
  readonly parentAcl: Acl;
}

/** Is told by the state machine, while it applies, what becomes of nodes. */
export interface NodeListener {
  nodeCreated(change: NodeSetChange): void;
  nodeChanged(change: NodeChange): void;
  nodeDeleted(change: NodeSetChange): void;
}
