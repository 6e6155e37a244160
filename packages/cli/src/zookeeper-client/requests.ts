import { encodeAccessList, type AccessEntry } from "./access-list.ts";
import { JuteWriter } from "./jute-writer.ts";
import type { NewNode } from "./new-node.ts";

/**
 * ZooKeeper's requests that the command line makes.
 *
 * @packageDocumentation
 */

/** Their numbers. */
export const OPCODE = {
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  createContainer: 19,
  createTtl: 21,
  auth: 100,
  setWatches: 101,
  setWatches2: 105,
  addWatch: 106,
  closeSession: -11,
} as const;
export type Opcode = (typeof OPCODE)[keyof typeof OPCODE];

/** Instead of a number of its own, for what clients send in between. */
export const XID = { event: -1, ping: -2, auth: -4, setWatches: -8 } as const;

/** Matches every version. */
export const ANY_VERSION: number = -1;
/** Versions are 32-bit numbers. */
export const VERSION_MAX: number = 2 ** 31 - 1;

export interface Request {
  readonly opcode: Opcode;
  readonly body: Uint8Array;
}

export function encodeRequest(xid: number, { opcode, body }: Request): Uint8Array {
  return new JuteWriter().int(xid).int(opcode).raw(body).finish();
}

export const CLOSE_SESSION: Request = { opcode: OPCODE.closeSession, body: new Uint8Array() };
export const PING: Request = { opcode: OPCODE.ping, body: new Uint8Array() };

/** Reads that can leave a one-shot watch. */
export type ReadOpcode = typeof OPCODE.exists | typeof OPCODE.getData | typeof OPCODE.getChildren2;

export function read(opcode: ReadOpcode, path: string, watch: boolean): Request {
  return { opcode, body: new JuteWriter().ustring(path).bool(watch).finish() };
}

export function getAcl(path: string): Request {
  return { opcode: OPCODE.getAcl, body: new JuteWriter().ustring(path).finish() };
}

export function create({ path, data, acl, mode }: NewNode): Request {
  const writer = encodeAccessList(new JuteWriter().ustring(path).buffer(data), acl);
  switch (mode.kind) {
    case "container":
      return { opcode: OPCODE.createContainer, body: writer.int(4).finish() };
    case "ttl": {
      const body = writer.int(mode.sequential ? 6 : 5).long(BigInt(mode.millis));
      return { opcode: OPCODE.createTtl, body: body.finish() };
    }
    case "ephemeral":
      return { opcode: OPCODE.create2, body: writer.int(mode.sequential ? 3 : 1).finish() };
    case "persistent":
      return { opcode: OPCODE.create2, body: writer.int(mode.sequential ? 2 : 0).finish() };
  }
}

export function setData(path: string, data: Uint8Array, version: number): Request {
  const writer = new JuteWriter().ustring(path).buffer(data).int(version);
  return { opcode: OPCODE.setData, body: writer.finish() };
}

export function remove(path: string, version: number): Request {
  return { opcode: OPCODE.delete, body: new JuteWriter().ustring(path).int(version).finish() };
}

export function setAcl(path: string, acl: readonly AccessEntry[], aversion: number): Request {
  const writer = encodeAccessList(new JuteWriter().ustring(path), acl).int(aversion);
  return { opcode: OPCODE.setAcl, body: writer.finish() };
}

export function auth(scheme: string, credentials: Uint8Array): Request {
  const writer = new JuteWriter().int(0).ustring(scheme).buffer(credentials);
  return { opcode: OPCODE.auth, body: writer.finish() };
}
