/** One entry of a file in Java's properties syntax. */
export interface Property {
  readonly key: string;
  readonly value: string;
  /** Of the line that the entry begins on, from 1. */
  readonly line: number;
}

/** An entry that Java refuses too. */
export interface MalformedProperty {
  readonly line: number;
  readonly problem: string;
}

/** Everything that a file says, in its order; a key may stand there several times. */
export interface Properties {
  readonly properties: readonly Property[];
  readonly malformed: readonly MalformedProperty[];
}

/**
 * Reads Java's properties syntax: `#` and `!` begin a comment line, `=`, `:` or white space ends a
 * key, a backslash escapes, and at the end of a line goes on with the next.
 *
 * White space around keys and values is taken away, as ZooKeeper does.
 */
export function parseProperties(text: string): Properties {
  const properties: Property[] = [];
  const malformed: MalformedProperty[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let logical = withoutIndent(lines[at] ?? "");
    // Only here: behind a continued line, # and ! and even an empty line belong to the value.
    if (logical === "" || /^[#!]/.test(logical)) continue;
    // A backslash alone goes on with nothing: the next line begins anew.
    while (logical !== "\\" && endsInLoneBackslash(logical)) {
      logical = logical.slice(0, -1) + withoutIndent(lines[++at] ?? "");
    }
    if (logical === "\\") continue;
    const [, key = "", value = ""] = ENTRY.exec(logical) ?? [];
    if (BROKEN_UNICODE.test(logical)) {
      const problem =
        "a \\u must be followed by four hexadecimal digits: write \\\\ for a backslash";
      malformed.push({ line, problem });
    } else {
      properties.push({ key: unescape(key).trim(), value: unescape(value).trim(), line });
    }
  }
  return { properties, malformed };
}

/** The key ends before the first separator that is not escaped; one `=` or `:` is no part of the value. */
const ENTRY = /^((?:[^\\=: \t\f]|\\[^])*)[ \t\f]*[=:]?[ \t\f]*([^]*)$/;
/** A `\u` behind an even number of backslashes, without its digits. */
const BROKEN_UNICODE = /(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})/;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]))/g;
const CONTROLS: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function withoutIndent(line: string): string {
  return line.replace(/^[ \t\f]+/, "");
}

function endsInLoneBackslash(line: string): boolean {
  let at = line.length;
  while (line[at - 1] === "\\") at--;
  return (line.length - at) % 2 === 1;
}

function unescape(text: string): string {
  return text.replace(ESCAPE, (_, digits: string | undefined, plain: string) =>
    digits === undefined ? (CONTROLS[plain] ?? plain) : String.fromCharCode(parseInt(digits, 16)),
  );
}
