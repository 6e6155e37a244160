import { expect, test } from "vitest";
import { Drafts, ENTRY_OVERHEAD_BYTES, type EntryDraft } from "../../src/index.ts";

function draft(...bytes: readonly number[]): EntryDraft {
  return { kind: "command", data: Uint8Array.from(bytes) };
}

const AT = { first: 8, term: 3, time: 99 };

test("drafts get consecutive places behind the log's last", () => {
  const drafts = new Drafts(0);
  expect([drafts.add(draft(1), 7), drafts.add(draft(2), 7)]).toEqual([8, 9]);
  expect(drafts.count).toBe(2);
});

test("one encoding ends the turn, with the places that were given out", () => {
  const drafts = new Drafts(0);
  const data = Uint8Array.from([1, 2]);
  drafts.add({ kind: "command", data }, 7);
  drafts.add({ kind: "noop", data: new Uint8Array(0) }, 7);
  const run = drafts.seal(AT);
  expect(run?.entries).toEqual([
    { index: 8, term: 3, time: 99, kind: "command", data },
    { index: 9, term: 3, time: 99, kind: "noop", data: new Uint8Array(0) },
  ]);
  expect(run?.bytes.length).toBe(2 * ENTRY_OVERHEAD_BYTES + 2);
  data[0] = 77; // the caller's bytes are its own again
  expect(run?.entries[0]?.data[0]).toBe(1);
});

test("what was sealed is not sealed again", () => {
  const drafts = new Drafts(0);
  expect(drafts.seal(AT)).toBeNull();
  drafts.add(draft(1), 7);
  drafts.seal(AT);
  expect(drafts.seal(AT)).toBeNull();
  expect(drafts.count).toBe(0);
  expect(drafts.add(draft(2), 8)).toBe(9);
});

test("uncommitted bytes count from the drafting to the commit, with what was there before", () => {
  const drafts = new Drafts(100);
  drafts.add(draft(1, 2, 3), 7);
  expect(drafts.uncommittedBytes).toBe(100 + ENTRY_OVERHEAD_BYTES + 3);
  drafts.seal(AT);
  expect(drafts.uncommittedBytes).toBe(100 + ENTRY_OVERHEAD_BYTES + 3);
  drafts.settled(100);
  expect(drafts.uncommittedBytes).toBe(ENTRY_OVERHEAD_BYTES + 3);
});
