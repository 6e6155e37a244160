import type { Acl } from "../codec/index.ts";
import type { NodeKind, Usage } from "../store/index.ts";

/** What of a node decides whether a change may happen. */
export interface NodeView {
  readonly kind: NodeKind;
  readonly acl: Acl;
  readonly data: Uint8Array | null;
  readonly version: number;
  readonly aversion: number;
  readonly creations: number;
  readonly numChildren: number;
}

/** What changes are prepared against: the tree, or the tree as it will be. */
export interface Nodes {
  /** The node at the path; the empty one is the root's. */
  find(path: string): NodeView | null;
  /** The path of the quota that a node there is under, and what it uses; null if there is none. */
  quotaOver(path: string): { readonly path: string; readonly usage: Usage } | null;
}
