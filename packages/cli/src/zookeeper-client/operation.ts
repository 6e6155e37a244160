import { parentPath } from "./node-path.ts";

/** What was asked of a node: it decides what an error means. */
export interface Operation {
  readonly kind: OperationKind;
  readonly path: string;
}

export type OperationKind =
  | "read"
  | "list"
  | "look"
  | "create"
  | "createTtl"
  | "set"
  | "delete"
  | "deleteTree"
  | "readAccess"
  | "setAccess"
  | "watch";

/** The permission that each needs, and on what. */
const NEEDS: Readonly<
  Record<OperationKind, { readonly permission: string; readonly on: "node" | "parent" }>
> = {
  read: { permission: "READ (r)", on: "node" },
  list: { permission: "READ (r)", on: "node" },
  look: { permission: "READ (r)", on: "node" },
  create: { permission: "CREATE (c)", on: "parent" },
  createTtl: { permission: "CREATE (c)", on: "parent" },
  set: { permission: "WRITE (w)", on: "node" },
  delete: { permission: "DELETE (d)", on: "parent" },
  deleteTree: { permission: "DELETE (d)", on: "parent" },
  readAccess: { permission: "READ (r) or ADMIN (a)", on: "node" },
  setAccess: { permission: "ADMIN (a)", on: "node" },
  watch: { permission: "READ (r)", on: "node" },
};

/** The permission that is missing where the operation is refused, such as `DELETE (d) on /a`. */
export function neededPermission({ kind, path }: Operation): string {
  const { permission, on } = NEEDS[kind];
  return `${permission} on ${on === "node" ? path : parentPath(path)}`;
}
