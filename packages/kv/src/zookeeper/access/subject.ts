/** The names of attributes that Java reads; others are written by their numbers. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "CN C L S ST O OU T IP STREET DC DNQUALIFIER DNQ SURNAME GIVENNAME INITIALS GENERATION " +
    "EMAILADDRESS UID SERIALNUMBER"
  ).split(" "),
);

const OID = /^(?:OID\.)?(?:[01]\.(?:\d|[1-3]\d)|2\.\d+)(?:\.\d+)*$/i;

/**
 * Whether the text can be the subject of a certificate, as Java's `X500Principal` reads it: attributes
 * with their values, and a comma, a semicolon or a plus between them.
 */
export function isSubject(text: string): boolean {
  return text.trim() === "" || attributesOf(text).every(isAttribute);
}

/** Splits at what separates, but for what is escaped or quoted. */
function attributesOf(text: string): readonly string[] {
  const attributes: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === "," || character === ";" || character === "+")) {
      attributes.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...attributes, text.slice(start)];
}

function isAttribute(text: string): boolean {
  const end = text.indexOf("=");
  if (end < 0) return false;
  const type = text.slice(0, end).trim();
  const isType = KEYWORDS.has(type.toUpperCase()) || OID.test(type);
  return isType && isValue(text.slice(end + 1).trimStart());
}

function isValue(text: string): boolean {
  if (text.startsWith("#")) return ENCODED.test(text);
  return text.startsWith('"') ? QUOTED.test(text) : PLAIN.test(text);
}

const ENCODED = /^#(?:[0-9a-f]{2})+\s*$/i;
const QUOTED = /^"(?:[^"\\]|\\.)*"\s*$/s;
/** What is escaped is a byte in hexadecimal, or means itself. */
const PLAIN = /^(?:[^"\\<>]|\\[0-9a-f]{2}|\\[ ,=+<>#;"\\])*$/i;
