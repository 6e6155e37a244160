import { PERMISSION, type Acl } from "../codec/records.ts";

/** Everybody may do everything: `world:anyone:cdrwa`. */
export const OPEN_ACL: Acl = [{ permissions: PERMISSION.all, scheme: "world", id: "anyone" }];

/** Everybody may look: the access control list of `/zookeeper/config`. */
export const READ_ONLY_ACL: Acl = [{ permissions: PERMISSION.read, scheme: "world", id: "anyone" }];

/** Whether a client without any identity of its own has the permission. */
export function anyoneMay(acl: Acl, permission: number): boolean {
  return acl.some(
    ({ permissions, scheme, id }) =>
      scheme === "world" && id === "anyone" && (permissions & permission) !== 0,
  );
}

/** Whether the list gives everybody everything, however often it says so. */
export function isOpen(acl: Acl): boolean {
  return acl.every(
    ({ permissions, scheme, id }) =>
      scheme === "world" && id === "anyone" && permissions === PERMISSION.all,
  );
}
