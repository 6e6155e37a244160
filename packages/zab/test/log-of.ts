import { LogTail, type Entry, type Position } from "@quorate/core";

const EMPTY = new Uint8Array(0);

/** A log that begins behind the base, with entries of these epochs. */
export function logOf(base: Position, ...terms: readonly number[]): LogTail {
  const entries = terms.map((term, i): Entry => {
    return { index: base.index + 1 + i, term, time: 0, kind: "command", data: EMPTY };
  });
  return new LogTail(base, entries);
}
