import { QuorateError } from "@quorate/core";
import { ERROR, type ZooKeeperError } from "./error-code.ts";
import type { JuteReader } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";
import { OPCODE } from "./opcode.ts";
import { readRead, type ReadRequest } from "./requests.ts";
import { readWriteOperation, type WriteOperation } from "./write-operation.ts";

/** Ends a list of operations, and of their results. */
const END = { opcode: -1, error: -1 } as const;

/**
 * The operations of a `multi`.
 *
 * @throws `ERR_MALFORMED`, for an operation, too, that may not be in one
 */
export function readMulti(reader: JuteReader): readonly WriteOperation[] {
  const operations: WriteOperation[] = [];
  for (let opcode = readHeader(reader); opcode !== null; opcode = readHeader(reader)) {
    // An access list is not among what ZooKeeper changes in a multi.
    const operation = opcode === OPCODE.setAcl ? null : readWriteOperation(opcode, reader);
    if (operation === null) throw misplaced("multi", opcode);
    operations.push(operation);
  }
  return operations;
}

/** One read of a `multiRead`. */
export interface MultiReadOperation extends ReadRequest {
  readonly opcode: (typeof OPCODE)["getData" | "getChildren"];
}

/**
 * The reads of a `multiRead`.
 *
 * @throws `ERR_MALFORMED`, for an operation, too, that may not be in one
 */
export function readMultiRead(reader: JuteReader): readonly MultiReadOperation[] {
  const operations: MultiReadOperation[] = [];
  for (let opcode = readHeader(reader); opcode !== null; opcode = readHeader(reader)) {
    if (opcode !== OPCODE.getData && opcode !== OPCODE.getChildren) {
      throw misplaced("multiRead", opcode);
    }
    operations.push({ opcode, ...readRead(reader) });
  }
  return operations;
}

/** Begins the result of an operation that was done; its record follows. */
export function beginMultiResult(writer: JuteWriter, opcode: number): void {
  writer.int(opcode).bool(false).int(ERROR.ok);
}

/** The result of an operation that was not done. */
export function writeMultiError(writer: JuteWriter, error: ZooKeeperError): void {
  writer.int(OPCODE.error).bool(false).int(error).int(error);
}

/** Behind the last result. */
export function endMultiResults(writer: JuteWriter): void {
  writer.int(END.opcode).bool(true).int(END.error);
}

/** The opcode of the next operation; null at the end. */
function readHeader(reader: JuteReader): number | null {
  const opcode = reader.int();
  const isEnd = reader.bool();
  reader.int(); // an error, which no request has
  return isEnd ? null : opcode;
}

function misplaced(list: string, opcode: number): QuorateError {
  return new QuorateError("ERR_MALFORMED", `opcode ${opcode} has no place in a ${list}`);
}
