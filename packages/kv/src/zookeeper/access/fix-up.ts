import { PERMISSION, type Acl, type AclEntry } from "../codec/records.ts";
import { OPEN_ACL } from "./access-lists.ts";
import type { Requester } from "./identity.ts";
import { isAddressPattern } from "./ip-pattern.ts";
import { isAnyone } from "./permits.ts";
import { isSubject } from "./subject.ts";

/**
 * What a list may take. It is the same for all members, who must come to the same end, and it is kept
 * here, not where requests come in: `auth` can stand for a thousand times what the client wrote.
 */
const ENTRIES_MAX = 4096;
const CHARACTERS_MAX = 1024 * 1024;

/**
 * The list as it is kept: without the repetitions that the client wrote, and with whom `auth` stands
 * for, who is everybody that the client has proved to be, named once more or not.
 *
 * @returns null for a list that names nobody, or somebody who cannot be, or that is too long
 */
export function fixUpAcl(acl: Acl | null, requester: Requester): Acl | null {
  if (acl === null || acl.length === 0) return null;
  // What nearly every client asks for is known without looking any further.
  if (acl.length === 1 && isOpen(acl[0] as AclEntry)) return OPEN_ACL;
  const kept: AclEntry[] = [];
  let characters = 0;
  for (const entry of withoutRepetitions(acl)) {
    const entries = entry.scheme === "auth" ? provedEntries(entry, requester) : [entry];
    if (entries.length === 0 || !entries.every(isValid)) return null;
    kept.push(...entries);
    for (const { scheme, id } of entries) characters += scheme.length + id.length;
    if (kept.length > ENTRIES_MAX || characters > CHARACTERS_MAX) return null;
  }
  return kept;
}

function isOpen(entry: AclEntry): boolean {
  return entry.permissions === PERMISSION.all && isAnyone(entry);
}

function withoutRepetitions(acl: Acl): Acl {
  const kept = new Map(acl.map((entry) => [keyOf(entry), entry]));
  return [...kept.values()];
}

/** A map keeps the first place of a key. */
function keyOf({ permissions, scheme, id }: AclEntry): string {
  return `${permissions},${scheme.length},${scheme}${id}`;
}

function provedEntries({ permissions }: AclEntry, { identities }: Requester): readonly AclEntry[] {
  return identities
    .filter(({ scheme }) => PROVED.has(scheme))
    .map(({ scheme, id }) => ({ permissions, scheme, id }));
}

/** Schemes in which a client says who it is, and proves it; an address is no proof. */
const PROVED: ReadonlySet<string> = new Set(["digest", "x509"]);

function isValid(entry: AclEntry): boolean {
  switch (entry.scheme) {
    case "world":
      return isAnyone(entry);
    case "digest":
      return entry.id.split(":").length === 2;
    case "ip":
      return isAddressPattern(entry.id);
    case "x509":
      return isSubject(entry.id);
    default:
      return false;
  }
}
