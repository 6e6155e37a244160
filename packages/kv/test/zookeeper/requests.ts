import { JuteWriter, OPCODE, type Acl } from "../../src/zookeeper/codec/index.ts";

/** Frames of requests as a client sends them, without their length. */

export const OPEN: Acl = [{ permissions: 31, scheme: "world", id: "anyone" }];

/** Bytes of a text. */
export const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
export const text = (data: Uint8Array): string => Buffer.from(data).toString();

/** Bytes from hexadecimal digits, grouped by spaces as it pleases. */
export const hex = (digits: string): Uint8Array =>
  Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));
export const toHex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

export function frame(
  xid: number,
  opcode: number,
  write: (writer: JuteWriter) => void = () => {},
): Uint8Array {
  const writer = new JuteWriter().int(xid).int(opcode);
  write(writer);
  return writer.finish();
}

export interface CreateOptions {
  readonly data?: Uint8Array | null;
  readonly acl?: Acl | null;
  readonly flags?: number;
  readonly opcode?: number;
}

export function create(xid: number, path: string | null, options: CreateOptions = {}): Uint8Array {
  const { data = bytes("x"), acl = OPEN, flags = 0, opcode = OPCODE.create } = options;
  return frame(xid, opcode, (writer) => {
    writer.ustring(path).buffer(data);
    if (acl === null) writer.int(-1);
    else {
      writer.int(acl.length);
      for (const entry of acl) {
        writer.int(entry.permissions).ustring(entry.scheme).ustring(entry.id);
      }
    }
    writer.int(flags);
  });
}

export function setData(
  xid: number,
  path: string,
  data: Uint8Array | null,
  version = -1,
): Uint8Array {
  return frame(xid, OPCODE.setData, (writer) => writer.ustring(path).buffer(data).int(version));
}

export function remove(xid: number, path: string, version = -1): Uint8Array {
  return frame(xid, OPCODE.delete, (writer) => writer.ustring(path).int(version));
}

export type ReadOpcode = (typeof OPCODE)["exists" | "getData" | "getChildren" | "getChildren2"];

export function read(xid: number, opcode: ReadOpcode, path: string, watch = false): Uint8Array {
  return frame(xid, opcode, (writer) => writer.ustring(path).bool(watch));
}

export const getData = (xid: number, path: string): Uint8Array => read(xid, OPCODE.getData, path);

export function sync(xid: number, path: string): Uint8Array {
  return frame(xid, OPCODE.sync, (writer) => writer.ustring(path));
}

/** @param mode - 0 for the node, 1 for all below it, too */
export function addWatch(xid: number, path: string, mode: number): Uint8Array {
  return frame(xid, OPCODE.addWatch, (writer) => writer.ustring(path).int(mode));
}

export const ping: Uint8Array = frame(-2, OPCODE.ping);

export const closeSession = (xid: number): Uint8Array => frame(xid, OPCODE.closeSession);
