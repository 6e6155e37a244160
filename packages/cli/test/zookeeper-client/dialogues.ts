import { ascii, type Step } from "./fake-zookeeper.ts";

/**
 * Dialogues with ZooKeeper 3.8.0, as they were recorded; spaces part the fields.
 *
 * @packageDocumentation
 */

const NEW_SESSION = "00000000 0000000000000000 00007530 0000000000000000";
const NO_PASSWORD = "00000010 00000000000000000000000000000000";

/** Opens a session: version 0, nothing seen, 30 s, no session, 16 zeros, not read-only. */
export const OPEN: Step = {
  asks: bare(`0000002d ${NEW_SESSION} ${NO_PASSWORD} 00`),
  gets: bare(
    "00000025 00000000 00002710 0100000a51f10000 00000010 7565ff695e825661dbc19e85d79449bc 00",
  ),
};

/** Goes on with the session of {@link OPEN}, as a client that has seen zxid 0x100000002. */
export const RESUME: Step = {
  asks: bare(
    "0000002d 00000000 0000000100000002 00007530 0100000a51f10000 00000010 7565ff695e825661dbc19e85d79449bc 00",
  ),
  gets: OPEN.gets,
};

/** The same, too late. */
export const EXPIRED: Step = {
  asks: RESUME.asks,
  gets: bare(`00000025 00000000 00000000 0000000000000000 ${NO_PASSWORD} 00`),
  ends: true,
};

/** Ends the session, as request number `xid`. */
export function closing(xid: number): Step {
  return {
    asks: bare(`00000008 ${int(xid)} fffffff5`),
    gets: bare(`00000010 ${int(xid)} 0000000000000002 00000000`),
  };
}

/** Reads a node's children, as request number `xid`. */
export function children(
  xid: number,
  path: string,
  names: readonly string[] | "NONODE",
  watch = false,
): Step {
  return {
    asks: request(xid, "0000000c", path, watch),
    gets:
      names === "NONODE"
        ? failed(xid, "ffffff9b")
        : framed(`${head(xid)} ${int(names.length)} ${names.map(ustring).join(" ")} ${STAT}`),
  };
}

/** Reads a node, as request number `xid`; null data is not empty data. */
export function data(xid: number, path: string, hex: string | null, watch = false): Step {
  const buffer = hex === null ? "ffffffff" : `${int(hex.length / 2)} ${hex}`;
  return {
    asks: request(xid, "00000004", path, watch),
    gets: framed(`${head(xid)} ${buffer} ${STAT}`),
  };
}

/** Any other request, by its number and fields, and the fields of the answer, or an error's code. */
export function asking(
  xid: number,
  opcode: number,
  fields: string,
  answer: { readonly gets: string } | { readonly fails: string },
): Step {
  const asks = framed(`${int(xid)} ${int(opcode)} ${fields}`);
  if ("fails" in answer) return { asks, gets: failed(xid, answer.fails) };
  return { asks, gets: framed(`${head(xid)} ${answer.gets}`) };
}

/** An answer with an error code and nothing else. */
export function failed(xid: number, code: string): string {
  return bare(`00000010 ${int(xid)} 0000000000000001 ${code}`);
}

/** A read, which leaves a watch or not. */
export function request(xid: number, opcode: string, path: string, watch = false): string {
  return framed(`${int(xid)} ${opcode} ${ustring(path)} ${watch ? "01" : "00"}`);
}

/** What a watch tells; a server of 3.8 names no zxid. */
export function event(type: number, path: string, zxid = "ffffffffffffffff"): string {
  return framed(`ffffffff ${zxid} 00000000 ${int(type)} 00000003 ${ustring(path)}`);
}

/** The same answer, with something behind it. */
export function followedBy(step: Step, ...more: readonly string[]): Step {
  return { ...step, gets: [String(step.gets), ...more] };
}

/** Each field of it with a value of its own. */
export const STAT: string = [
  "0000000100000001", // czxid
  "0000000100000002", // mzxid
  "0000019b00000000", // ctime
  "0000019b00000001", // mtime
  "00000003", // version
  "00000004", // cversion
  "00000005", // aversion
  "0100000a51f10000", // ephemeralOwner
  "00000006", // dataLength
  "00000007", // numChildren
  "fffffffffffffffe", // pzxid
].join(" ");

function head(xid: number): string {
  return `${int(xid)} 0000000100000002 00000000`;
}

export function ustring(text: string): string {
  return `${int(Buffer.byteLength(text))} ${ascii(text)}`;
}

export function int(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

function framed(fields: string): string {
  const hex = bare(fields);
  return int(hex.length / 2) + hex;
}

function bare(fields: string): string {
  return fields.replaceAll(" ", "");
}
