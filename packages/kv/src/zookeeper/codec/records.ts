import type { JuteReader } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";
import { writeSessionLong, type SessionId } from "./session-id.ts";

/** When a change happened: its place in the log, and the leader's time, in ms since 1970. */
export interface Stamp {
  readonly zxid: number;
  readonly time: number;
}

/** What a client is told of a node beside its data. */
export interface Stat {
  readonly created: Stamp;
  readonly modified: Stamp;
  /** When a child was last created or deleted (pzxid). */
  readonly childrenModified: Stamp;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  /** The session that the node ends with, if it is ephemeral. */
  readonly ephemeralOwner: SessionId | null;
  readonly dataLength: number;
  readonly numChildren: number;
}

/** Who may do what: one entry of an access control list. */
export interface AclEntry {
  /** Bits of {@link PERMISSION}. */
  readonly permissions: number;
  readonly scheme: string;
  readonly id: string;
}

export type Acl = readonly AclEntry[];

export const PERMISSION = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

/** Fewest bytes of an entry on the wire: permissions and two lengths. */
const ACL_ENTRY_BYTES = 12;

export function writeStat(writer: JuteWriter, stat: Stat): void {
  const { created, modified, childrenModified } = stat;
  writer.long(created.zxid).long(modified.zxid).long(created.time).long(modified.time);
  writer.int(stat.version).int(stat.cversion).int(stat.aversion);
  if (stat.ephemeralOwner === null) writer.long(0);
  else writeSessionLong(writer, stat.ephemeralOwner);
  writer.int(stat.dataLength).int(stat.numChildren).long(childrenModified.zxid);
}

/**
 * A scheme or an id that is null, as kazoo sends an empty one, is empty.
 *
 * @returns null for a list that is not there
 */
export function readAcl(reader: JuteReader): Acl | null {
  const count = reader.count(ACL_ENTRY_BYTES);
  if (count === null) return null;
  const acl: AclEntry[] = [];
  for (let i = 0; i < count; i++) {
    const permissions = reader.int();
    acl.push({ permissions, scheme: reader.ustring() ?? "", id: reader.ustring() ?? "" });
  }
  return acl;
}

export function writeAcl(writer: JuteWriter, acl: Acl): void {
  writer.int(acl.length);
  for (const { permissions, scheme, id } of acl)
    writer.int(permissions).ustring(scheme).ustring(id);
}

/** A list of an identity's scheme and name for each, as `whoAmI` answers. */
export function writeIdentities(
  writer: JuteWriter,
  identities: readonly { readonly scheme: string; readonly id: string }[],
): void {
  writer.int(identities.length);
  for (const { scheme, id } of identities) writer.ustring(scheme).ustring(id);
}
