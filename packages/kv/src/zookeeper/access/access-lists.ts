import { PERMISSION, type Acl } from "../codec/records.ts";

/** Everybody may do everything: `world:anyone:cdrwa`. */
export const OPEN_ACL: Acl = [{ permissions: PERMISSION.all, scheme: "world", id: "anyone" }];

/** Everybody may look: the access control list of `/zookeeper/config`. */
export const READ_ONLY_ACL: Acl = [{ permissions: PERMISSION.read, scheme: "world", id: "anyone" }];
