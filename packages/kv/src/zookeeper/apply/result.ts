import type { Introduction, Refusal, Stat, ZooKeeperError } from "../codec/index.ts";

/** What one change of the tree gave. `zxid` is that of the whole command. */
export type OperationResult =
  /** The stat is null for `create`, which alone answers without one. */
  | {
      readonly kind: "created";
      readonly zxid: number;
      readonly path: string;
      readonly stat: Stat | null;
    }
  | { readonly kind: "changed"; readonly zxid: number; readonly stat: Stat }
  | { readonly kind: "deleted"; readonly zxid: number }
  /** A version was as wanted. */
  | { readonly kind: "checked"; readonly zxid: number };

/** What became of one operation of a `multi`. */
export type MultiItem =
  | { readonly kind: "done"; readonly result: OperationResult }
  /** Nothing was done, because of this operation or of another. */
  | { readonly kind: "undone"; readonly error: ZooKeeperError };

/** What applying a command gave; the same on every member. `zxid` is the command's own. */
export type ZooKeeperResult =
  | OperationResult
  | { readonly kind: "multi"; readonly zxid: number; readonly items: readonly MultiItem[] }
  /** A session was opened for, or handed to, the connection that asked. */
  | { readonly kind: "attached"; readonly zxid: number; readonly introduction: Introduction }
  | { readonly kind: "sessionClosed"; readonly zxid: number }
  | { readonly kind: "refused"; readonly zxid: number; readonly error: Refusal };
