import type { Acl, AclEntry } from "../codec/records.ts";
import { OPEN_ACL } from "./access-lists.ts";
import type { Identity, Requester } from "./identity.ts";
import { addressMatches } from "./ip-pattern.ts";

/** Whether the list gives the requester any of the permissions. */
export function permits(acl: Acl, permissions: number, requester: Requester): boolean {
  // Nearly every node has this very list.
  if (acl === OPEN_ACL || requester.isSuper || acl.length === 0) return true;
  const { identities } = requester;
  return acl.some(
    (entry) =>
      (entry.permissions & permissions) !== 0 &&
      (isAnyone(entry) || identities.some((identity) => matches(entry, identity))),
  );
}

export function isAnyone({ scheme, id }: Identity): boolean {
  return scheme === "world" && id === "anyone";
}

function matches(entry: AclEntry, { scheme, id }: Identity): boolean {
  if (entry.scheme !== scheme) return false;
  return scheme === "ip" ? addressMatches(entry.id, id) : entry.id === id;
}
