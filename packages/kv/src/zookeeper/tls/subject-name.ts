import { utf8Decode } from "@quorate/core";
import { oidText, parseDer, parts, TAG, type DerValue } from "./der.ts";

/** Those that RFC 2253 has a name for; others are written by their numbers. */
const KEYWORDS: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
};

/** The kinds of strings whose text Java shows. */
const TEXT_TAGS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x14, 0x16, 0x1b, 0x1c, 0x1e]);

/** The position of the subject in what a certificate certifies, behind the version if there is one. */
const SUBJECT = 4;

/**
 * Whom a certificate is of, as Java's `X500Principal.getName()` writes it, which is what access lists
 * of ZooKeeper hold: by RFC 2253, the most specific name first.
 *
 * @param certificate - in DER
 * @throws `ERR_MALFORMED`
 */
export function subjectName(certificate: Uint8Array): string {
  const [certified] = parts(parseDer(certificate), TAG.sequence);
  const fields = parts(certified, TAG.sequence);
  const hasVersion = fields[0]?.tag === TAG.explicit0;
  const names = parts(fields[hasVersion ? SUBJECT + 1 : SUBJECT], TAG.sequence);
  return names
    .map((name) => parts(name, TAG.set).map(attribute).join("+"))
    .reverse()
    .join(",");
}

function attribute(value: DerValue): string {
  const [type, content] = parts(value, TAG.sequence);
  const oid = oidText(type);
  const keyword = KEYWORDS[oid];
  if (content === undefined) return `${keyword ?? oid}=`;
  if (keyword === undefined || !TEXT_TAGS.has(content.tag)) {
    return `${keyword ?? oid}=#${Buffer.from(content.whole).toString("hex")}`;
  }
  return `${keyword}=${escaped(utf8Decode(content.content))}`;
}

function escaped(text: string): string {
  return text
    .replace(/[,=+<>#;"\\]/g, "\\$&")
    .replaceAll("\0", "\\00")
    .replace(/^[ \r]+|[ \r]+$/g, (spaces) => spaces.replace(/./gs, "\\$&"));
}
