import type { JuteReader } from "./jute-reader.ts";
import { JuteWriter } from "./jute-writer.ts";
import { OPCODE, type Request } from "./requests.ts";

/** A part of a transaction, about a node of that version. */
export interface Step {
  readonly kind: "check" | "delete";
  readonly path: string;
  readonly version: number;
}

/** The step that a transaction failed at. */
export interface FailedStep {
  readonly step: Step;
  /** ZooKeeper's error code. */
  readonly error: number;
}

/** Stands where a type would, in front of an error and at the end. */
const NO_TYPE = -1;
/** Of the steps behind one that failed. */
const NOT_TRIED = -2;

/** All steps, or none. */
export function multi(steps: readonly Step[]): Request {
  const writer = new JuteWriter();
  for (const { kind, path, version } of steps) {
    writer.int(OPCODE[kind]).bool(false).int(NO_TYPE).ustring(path).int(version);
  }
  return { opcode: OPCODE.multi, body: writer.int(NO_TYPE).bool(true).int(NO_TYPE).finish() };
}

/** The step that failed, and all others with it; null when all were taken. */
export function decodeMulti(reader: JuteReader, steps: readonly Step[]): FailedStep | null {
  for (const step of steps) {
    const type = reader.int();
    reader.bool();
    reader.int();
    if (type !== NO_TYPE) continue; // neither kind answers with more
    const error = reader.int();
    if (error !== 0 && error !== NOT_TRIED) return { step, error };
  }
  return null;
}
