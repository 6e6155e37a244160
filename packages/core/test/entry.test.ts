import { describe, expect, test } from "vitest";
import {
  appendRun,
  decodeRun,
  encodeRun,
  ENTRY_OVERHEAD_BYTES,
  entryBytes,
  type EntryDraft,
} from "../src/entry.ts";
import { Prng } from "../src/prng.ts";

const MALFORMED = expect.objectContaining({ code: "ERR_MALFORMED" });
const AT = { first: 2 ** 40 + 1, term: 2 ** 35, time: 1_700_000_000_123 };
const DRAFTS: readonly EntryDraft[] = [
  { kind: "noop", data: new Uint8Array(0) },
  { kind: "command", data: new Uint8Array([1, 2, 3]) },
  { kind: "configuration", data: new Uint8Array(300).fill(7) },
];

test("a run comes back from its bytes", () => {
  const run = appendRun(DRAFTS, AT);
  expect(run.entries.map(({ index, term, time, kind }) => [index, term, time, kind])).toEqual([
    [AT.first, AT.term, AT.time, "noop"],
    [AT.first + 1, AT.term, AT.time, "command"],
    [AT.first + 2, AT.term, AT.time, "configuration"],
  ]);
  expect(decodeRun(run.bytes)).toEqual(run);
  expect(run.bytes.length).toBe(DRAFTS.reduce((size, draft) => size + entryBytes(draft), 0));
});

test("the entries' data are views into the run's bytes, not the drafts'", () => {
  const data = new Uint8Array([5]);
  const run = appendRun([{ kind: "command", data }], AT);
  data[0] = 6;
  expect(run.entries[0]?.data[0]).toBe(5);
  expect(run.entries[0]?.data.buffer).toBe(run.bytes.buffer);
});

test("entries of several terms are encoded again to the same bytes", () => {
  const first = appendRun(DRAFTS, { first: 1, term: 1, time: 10 });
  const second = appendRun(DRAFTS, { first: 4, term: 3, time: 20 });
  const both = encodeRun([...first.entries, ...second.entries]);
  expect([...both.bytes]).toEqual([...first.bytes, ...second.bytes]);
  expect(decodeRun(both.bytes).entries).toEqual([...first.entries, ...second.entries]);
});

test("nothing is a run", () => {
  expect(decodeRun(new Uint8Array(0)).entries).toEqual([]);
  expect(encodeRun([]).bytes.length).toBe(0);
});

describe("refuses", () => {
  const { bytes } = appendRun(DRAFTS, { first: 1, term: 2, time: 3 });
  const whole = [0, ENTRY_OVERHEAD_BYTES, 2 * ENTRY_OVERHEAD_BYTES + 3, bytes.length];

  test("every truncation but those between entries", () => {
    for (let size = 0; size <= bytes.length; size++) {
      const cut = (): unknown => decodeRun(bytes.subarray(0, size));
      if (whole.includes(size)) expect(cut).not.toThrow();
      else expect(cut, `${size} bytes`).toThrow(MALFORMED);
    }
  });

  test("an unknown kind, index 0, a gap, and a term that goes back", () => {
    const changed = (offset: number, value: number): Uint8Array => {
      const copy = bytes.slice();
      copy[offset] = value;
      return copy;
    };
    expect(() => decodeRun(changed(4, 3))).toThrow(MALFORMED);
    expect(() => decodeRun(changed(10, 0))).toThrow(MALFORMED);
    expect(() => decodeRun(changed(ENTRY_OVERHEAD_BYTES + 10, 3))).toThrow(MALFORMED);
    expect(() => decodeRun(changed(ENTRY_OVERHEAD_BYTES + 16, 1))).toThrow(MALFORMED);
  });

  test("garbage, or takes it for what it says, but never hangs nor fails otherwise", () => {
    const prng = new Prng(1);
    for (let i = 0; i < 3000; i++) {
      const garbage = Uint8Array.from(
        { length: prng.below(80) },
        () => prng.below(256) & prng.below(256),
      );
      try {
        expect(encodeRun(decodeRun(garbage).entries).bytes).toEqual(garbage);
      } catch (thrown) {
        expect(thrown).toEqual(MALFORMED);
      }
    }
  });
});
