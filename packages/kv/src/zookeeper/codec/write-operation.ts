import type { JuteReader } from "./jute-reader.ts";
import { OPCODE } from "./opcode.ts";
import { readAcl, type Acl } from "./records.ts";

/** What kind of node is made (`CreateMode`). */
export const CREATE_FLAGS = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentTtl: 5,
  persistentSequentialTtl: 6,
} as const;

/** The opcodes that make a node; all but the first answer with its stat, too. */
export type CreateOpcode = (typeof OPCODE)["create" | "create2" | "createContainer" | "createTtl"];

export interface CreateRequest {
  readonly kind: "create";
  readonly opcode: CreateOpcode;
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: Acl | null;
  /** One of {@link CREATE_FLAGS}, or not. */
  readonly flags: number;
  /** Milliseconds; null under the opcodes that cannot say. */
  readonly ttl: number | null;
}

/** A version of -1 matches any. */
export interface DeleteRequest {
  readonly kind: "delete";
  readonly opcode: (typeof OPCODE)["delete"];
  readonly path: string;
  readonly version: number;
}

export interface SetDataRequest {
  readonly kind: "setData";
  readonly opcode: (typeof OPCODE)["setData"];
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly version: number;
}

/** The version is that of the access list. */
export interface SetAclRequest {
  readonly kind: "setAcl";
  readonly opcode: (typeof OPCODE)["setAcl"];
  readonly path: string;
  readonly acl: Acl | null;
  readonly version: number;
}

/** Changes nothing, and keeps the rest of its `multi` from happening if the version is another. */
export interface CheckRequest {
  readonly kind: "check";
  readonly opcode: (typeof OPCODE)["check"];
  readonly path: string;
  readonly version: number;
}

/** One change of the tree as a client asks for it. */
export type WriteOperation =
  | CreateRequest
  | DeleteRequest
  | SetDataRequest
  | SetAclRequest
  | CheckRequest;

/** One that is null is no path, which ZooKeeper says of some requests, and of others that they are damaged. */
const NO_PATH = "";

/**
 * Reads the record of an opcode.
 *
 * @returns null for an opcode that writes nothing
 * @throws `ERR_MALFORMED`
 */
export function readWriteOperation(opcode: number, reader: JuteReader): WriteOperation | null {
  switch (opcode) {
    case OPCODE.create:
    case OPCODE.create2:
    case OPCODE.createContainer:
    case OPCODE.createTtl: {
      const path = reader.text();
      const data = reader.buffer();
      const acl = readAcl(reader);
      const flags = reader.int();
      const ttl = opcode === OPCODE.createTtl ? reader.long() : null;
      return { kind: "create", opcode, path, data, acl, flags, ttl };
    }
    case OPCODE.delete:
      return { kind: "delete", opcode, path: reader.text(), version: reader.int() };
    case OPCODE.setData: {
      const path = reader.ustring() ?? NO_PATH;
      const data = reader.buffer();
      return { kind: "setData", opcode, path, data, version: reader.int() };
    }
    case OPCODE.setAcl: {
      const path = reader.ustring() ?? NO_PATH;
      const acl = readAcl(reader);
      return { kind: "setAcl", opcode, path, acl, version: reader.int() };
    }
    case OPCODE.check:
      return { kind: "check", opcode, path: reader.text(), version: reader.int() };
    default:
      return null;
  }
}
