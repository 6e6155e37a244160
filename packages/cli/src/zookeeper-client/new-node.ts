import type { AccessEntry } from "./access-list.ts";

/** A node that is to be created. */
export interface NewNode {
  readonly path: string;
  readonly data: Uint8Array;
  readonly acl: readonly AccessEntry[];
  readonly mode: CreateMode;
}

/** What becomes of a node by itself. */
export type CreateMode =
  | { readonly kind: "persistent"; readonly sequential: boolean }
  /** It goes with the session. */
  | { readonly kind: "ephemeral"; readonly sequential: boolean }
  /** It goes some time after its last child. */
  | { readonly kind: "container" }
  /** It goes when it has had no children and no new data for so long. */
  | { readonly kind: "ttl"; readonly sequential: boolean; readonly millis: number };
