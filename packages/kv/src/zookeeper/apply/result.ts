import type { Introduction, Refusal, Stat } from "../codec/index.ts";

/** What applying a command gave; the same on every member. `zxid` is the command's own. */
export type ZooKeeperResult =
  /** The stat is of `create2`, which alone answers with it. */
  | {
      readonly kind: "created";
      readonly zxid: number;
      readonly path: string;
      readonly stat: Stat | null;
    }
  | { readonly kind: "changed"; readonly zxid: number; readonly stat: Stat }
  | { readonly kind: "deleted"; readonly zxid: number }
  /** A session was opened for, or handed to, the connection that asked. */
  | { readonly kind: "attached"; readonly zxid: number; readonly introduction: Introduction }
  | { readonly kind: "sessionClosed"; readonly zxid: number }
  | { readonly kind: "refused"; readonly zxid: number; readonly error: Refusal };
