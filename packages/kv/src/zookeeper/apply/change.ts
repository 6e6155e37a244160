import type { Acl, CreateOpcode } from "../codec/index.ts";
import type { NodeKind } from "../store/index.ts";

/** A change of the tree that nothing speaks against any more. */
export type Change =
  | {
      readonly kind: "create";
      readonly opcode: CreateOpcode;
      /** With the number that a sequential node got. */
      readonly path: string;
      readonly data: Uint8Array | null;
      readonly acl: Acl;
      readonly nodeKind: NodeKind;
    }
  | { readonly kind: "setData"; readonly path: string; readonly data: Uint8Array | null }
  | { readonly kind: "setAcl"; readonly path: string; readonly acl: Acl }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "check"; readonly path: string };

/** The path of the node above; that of a node below the root is empty, which is the root, too. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
