/**
 * Who may do what: identities of clients, and the access control lists of nodes.
 *
 * @packageDocumentation
 */
export { OPEN_ACL, READ_ONLY_ACL } from "./access-lists.ts";
export { AclPool } from "./acl-pool.ts";
export { fixUpAcl } from "./fix-up.ts";
export type { Identity, Requester } from "./identity.ts";
export { permits } from "./permits.ts";
