import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { JuteReader } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";

/** Who may do what with a node. */
export interface AccessEntry {
  /** A sum of {@link PERMISSIONS}. */
  readonly permissions: number;
  readonly scheme: string;
  readonly id: string;
}

/** ZooKeeper's permissions by their letters, in the order in which its own client writes them. */
const PERMISSIONS = { c: 4, d: 8, r: 1, w: 2, a: 16 } as const;

/** The list of a node that says nothing about it: everybody may do everything. */
export const OPEN_TO_ALL: readonly AccessEntry[] = [
  { permissions: 31, scheme: "world", id: "anyone" },
];

/** An id may hold colons and commas; an entry ends where permissions and a comma or the end follow. */
const ENTRY = /([^:,\s]+):(.*?):([cdrwa]+)(?:,|$)/y;
/** The shortest digest that is made of a password anywhere, in bytes. */
const DIGEST_BYTES_MIN = 16;

/**
 * Reads `scheme:id:permissions,…`, such as `world:anyone:r,auth::cdrwa`.
 *
 * @throws `CliError` (usage)
 */
export function parseAccessList(text: string): readonly AccessEntry[] {
  const entries: AccessEntry[] = [];
  let at = 0;
  while (at < text.length) {
    ENTRY.lastIndex = at;
    const match = ENTRY.exec(text);
    if (!match) throw notAList(text.slice(at));
    const [, scheme = "", id = "", letters = ""] = match;
    if (scheme === "digest") checkDigest(id);
    entries.push({ permissions: permissionsOf(letters), scheme, id });
    at = ENTRY.lastIndex;
  }
  if (entries.length === 0 || text.endsWith(",")) throw notAList("");
  return entries;
}

/** The entry as {@link parseAccessList} reads it. */
export function accessEntryText({ permissions, scheme, id }: AccessEntry): string {
  return `${scheme}:${id}:${permissionLetters(permissions)}`;
}

export function permissionLetters(permissions: number): string {
  return Object.entries(PERMISSIONS)
    .filter(([, bit]) => (permissions & bit) !== 0)
    .map(([letter]) => letter)
    .join("");
}

export function encodeAccessList(writer: JuteWriter, entries: readonly AccessEntry[]): JuteWriter {
  writer.int(entries.length);
  for (const { permissions, scheme, id } of entries) {
    writer.int(permissions).ustring(scheme).ustring(id);
  }
  return writer;
}

export function decodeAccessList(reader: JuteReader): readonly AccessEntry[] {
  return reader.vector(ENTRY_BYTES_MIN, () => ({
    permissions: reader.int(),
    scheme: reader.ustring(),
    id: reader.ustring(),
  }));
}

const ENTRY_BYTES_MIN = 12;

function permissionsOf(letters: string): number {
  return Object.entries(PERMISSIONS)
    .filter(([letter]) => letters.includes(letter))
    .reduce((sum, [, bit]) => sum | bit, 0);
}

function notAList(rest: string): CliError {
  const where = rest === "" ? "an access list" : `"${rest}" in an access list`;
  return new CliError(
    EXIT.usage,
    `${where}: write scheme:id:permissions, with commas between entries and permissions out of cdrwa, such as world:anyone:r,auth::cdrwa`,
  );
}

/** A password in the place of its digest would lock everybody out, and be readable. */
function checkDigest(id: string): void {
  const digest = id.slice(id.indexOf(":") + 1);
  const bytes = Buffer.from(digest, "base64");
  const isDigest = bytes.toString("base64") === digest && bytes.length >= DIGEST_BYTES_MIN;
  if (id.includes(":") && isDigest) return;
  throw new CliError(
    EXIT.usage,
    `"digest:${id}": write digest:user:base64(sha1(user:password)), or auth::cdrwa with --auth digest:user:password`,
  );
}
