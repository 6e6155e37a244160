import { assert } from "../../assert.ts";
import type { Persist } from "../../effect.ts";
import { appendRun, decodeRun, entryBytes, type Entry, type EntryRun } from "../../entry.ts";
import type { Index, Term } from "../../ids.ts";
import type { LogStore, StorageOutcome } from "../../ports/log-store.ts";
import type { Position } from "../../position.ts";
import { Prng } from "../../prng.ts";
import { answered, expectEqual, type SuiteTest } from "./suite-test.ts";

/** A store over what is durable in its place. */
export interface OpenedLogStore {
  readonly store: LogStore;
  readonly hardState: Uint8Array | null;
  readonly entries: readonly Entry[];
}

/** Where one test's log lies; what is durable there outlives the store. */
export interface LogStorePlace {
  open(): Promise<OpenedLogStore>;
  /** Ends the open store as a power failure does, in the middle of whatever it does. */
  losePower?(): void;
  /** Until called with false, everything that takes space is refused. */
  fill?(full: boolean): void;
  /** Writes and syncs fail from now on. */
  fail?(): void;
}

/** What an adapter can be tested for: the faults that its places offer. */
export interface LogStoreFaults {
  readonly losePower: boolean;
  readonly fill: boolean;
  readonly fail: boolean;
}

type Request = Partial<Pick<Persist, "hardState" | "truncateFrom" | "run">>;

/**
 * What every {@link LogStore} must do.
 *
 * @param create - makes a new, empty place
 *
 * @example
 * ```ts
 * import { MemoryDisk, MemoryLog, MemoryLogStore } from "@quorate/core/memory";
 * import { logStoreSuite } from "@quorate/core/testing/compliance";
 * import { test } from "node:test";
 *
 * const schedule = (_millis: number, run: () => void) => void setImmediate(run);
 *
 * logStoreSuite(test, { losePower: false, fill: false, fail: false }, async () => {
 *   const log = new MemoryLog(4);
 *   return {
 *     open: async () => ({
 *       store: new MemoryLogStore(log, new MemoryDisk({ schedule }), schedule),
 *       hardState: log.hardState,
 *       entries: log.entries,
 *     }),
 *   };
 * });
 * // → ✔ begins empty (<time>)
 * // → …
 * ```
 */
export function logStoreSuite(
  test: SuiteTest,
  faults: LogStoreFaults,
  create: () => Promise<LogStorePlace>,
): void {
  test("begins empty", async () => {
    const { store, hardState, entries } = await (await create()).open();
    expectEqual([hardState, entries], [null, []], "a new log");
    expectEqual(await read(store, 1, 10), [], "entries of a new log");
    await close(store);
  });

  test("brings back what was acknowledged", async () => {
    const place = await create();
    const { store } = await place.open();
    const outcomes = [
      write(store, { run: runOf(1, 3, 1), hardState: bytes(1) }),
      write(store, { run: runOf(4, 2, 2) }),
      write(store, { hardState: bytes(2, 2) }),
    ];
    expectEqual(await Promise.all(outcomes), ["durable", "durable", "durable"], "outcomes");
    await close(store);
    const again = await place.open();
    expectEqual(again.hardState, bytes(2, 2), "the hard state");
    expectEqual(again.entries, [...runOf(1, 3, 1).entries, ...runOf(4, 2, 2).entries], "entries");
    await close(again.store);
  });

  test("answers in the order of the requests", async () => {
    const { store } = await (await create()).open();
    const order: number[] = [];
    const all: Promise<unknown>[] = [];
    for (let i = 1; i <= 10; i++) {
      const request = i === 7 ? { hardState: bytes(i) } : { run: runOf(i > 7 ? i - 1 : i, 1, 1) };
      all.push(write(store, request).then(() => order.push(i)));
    }
    await Promise.all(all);
    expectEqual(order, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "order of answers");
    await close(store);
  });

  test("replaces what is truncated, also within one request and across runs", async () => {
    const place = await create();
    const { store } = await place.open();
    await write(store, { run: runOf(1, 5, 1) });
    await write(store, { run: runOf(6, 5, 1) });
    await write(store, { truncateFrom: 3, run: runOf(3, 2, 2) });
    expectEqual(await read(store, 1, 10), [1, 2, 3, 4], "indices");
    await write(store, { truncateFrom: 4 });
    await write(store, { run: runOf(4, 1, 3), hardState: bytes(9) });
    await close(store);
    const again = await place.open();
    expectEqual(
      again.entries.map((entry) => entry.term),
      [1, 1, 2, 3],
      "terms",
    );
    expectEqual(again.hardState, bytes(9), "the hard state");
    await close(again.store);
  });

  test("reads what is there, within the bytes, but at least one entry", async () => {
    const { store } = await (await create()).open();
    for (let first = 1; first <= 41; first += 4) await write(store, { run: runOf(first, 4, 1) });
    const each = entryBytes({ data: dataOf(1, 1) });
    expectEqual(await read(store, 3, 6), [3, 4, 5, 6], "indices across runs");
    expectEqual((await read(store, 1, 44)).length, 44, "count of all");
    expectEqual(await read(store, 43, 60), [43, 44], "indices up to the end");
    expectEqual(await read(store, 45, 60), [], "indices behind the end");
    expectEqual(await read(store, 2, 40, each * 3), [2, 3, 4], "indices of three entries' bytes");
    expectEqual(await read(store, 2, 40, 1), [2], "indices of too few bytes");
    await close(store);
  });

  test("reads what was handed over just before, and not what it truncated", async () => {
    const { store } = await (await create()).open();
    await write(store, { run: runOf(1, 4, 1) });
    const pending = write(store, { truncateFrom: 3, run: runOf(3, 3, 2) });
    const found = await readRun(store, 1, 10, 1_000_000);
    expectEqual(
      found.entries.map((entry) => entry.term),
      [1, 1, 2, 2, 2],
      "terms",
    );
    await pending;
    await close(store);
  });

  test("keeps what is behind a trim", async () => {
    const place = await create();
    const { store } = await place.open();
    await write(store, { hardState: bytes(5) });
    for (let first = 1; first <= 400; first += 4) await write(store, { run: runOf(first, 4, 1) });
    store.trim(200);
    expectEqual((await read(store, 201, 400)).length, 200, "count behind the trim");
    const early = await read(store, 1, 3);
    assert(early.length === 0 || early[0] === 1, "what was trimmed is there or is not");
    await write(store, { run: runOf(401, 1, 2) });
    await close(store);
    const again = await place.open();
    const indices = again.entries.map((entry) => entry.index);
    assert((indices[0] ?? 0) <= 201, `the log begins at ${indices[0]}`);
    expectEqual(indices.at(-1), 401, "the last index");
    expectEqual(again.hardState, bytes(5), "the hard state");
    await close(again.store);
  });

  test("begins anew behind a reset, with the same hard state", async () => {
    const place = await create();
    const { store } = await place.open();
    await write(store, { run: runOf(1, 5, 1), hardState: bytes(7) });
    expectEqual(
      await answered((done) => store.reset({ term: 4, index: 100 }, done)),
      null,
      "reset",
    );
    expectEqual(await read(store, 1, 5), [], "entries before the reset");
    await write(store, { run: runOf(101, 2, 4) });
    expectEqual(await read(store, 101, 200), [101, 102], "entries behind the reset");
    await close(store);
    const again = await place.open();
    expectEqual(again.entries, runOf(101, 2, 4).entries, "entries");
    expectEqual(again.hardState, bytes(7), "the hard state");
    await close(again.store);
  });

  test("closes behind what was asked for, and refuses what comes later", async () => {
    const place = await create();
    const { store } = await place.open();
    const pending = write(store, { run: runOf(1, 1, 1) });
    const closed = close(store);
    expectEqual(await write(store, { run: runOf(2, 1, 1) }), "ERR_STOPPED", "a write when closed");
    expectEqual(await pending, "durable", "a write before the close");
    await closed;
    const again = await place.open();
    expectEqual(again.entries.length, 1, "count of entries");
    await close(again.store);
  });

  if (faults.losePower) crashTests(test, create);
  if (faults.fill) fullTest(test, create);
  if (faults.fail) {
    test("fails for good after a failure", async () => {
      const place = await create();
      const { store } = await place.open();
      await write(store, { run: runOf(1, 1, 1) });
      place.fail?.();
      const first = await write(store, { run: runOf(2, 1, 1) });
      const later = await write(store, { hardState: bytes(1) });
      expectEqual([first, later], ["ERR_STORAGE_FAILED", "ERR_STORAGE_FAILED"], "outcomes");
      const unread = await answered<string>((done) => {
        store.read(1, 1, 100, (outcome) => done(outcome?.code ?? "read"));
      });
      expectEqual(unread, "ERR_STORAGE_FAILED", "a read");
      await close(store);
    });
  }
}

function fullTest(test: SuiteTest, create: () => Promise<LogStorePlace>): void {
  test("refuses what finds the disk full, with all behind it, and recovers", async () => {
    const place = await create();
    const { store } = await place.open();
    let next = 1;
    const attempt = (): Promise<string[]> =>
      Promise.all([0, 1, 2].map((i) => write(store, { run: runOf(next + i, 1, 1, 3000) })));
    expectEqual(await attempt(), ["durable", "durable", "durable"], "outcomes with space");
    next += 3;
    place.fill?.(true);
    let outcomes: string[] = [];
    // A store may have set space aside.
    for (let i = 0; i < 2000 && !outcomes.includes("ERR_STORAGE_FULL"); i++) {
      outcomes = await attempt();
      const accepted = outcomes.filter((outcome) => outcome === "durable").length;
      const expected = outcomes.map((_, at) => (at < accepted ? "durable" : "ERR_STORAGE_FULL"));
      expectEqual(outcomes, expected, "outcomes of a full disk");
      next += accepted;
    }
    assert(outcomes.includes("ERR_STORAGE_FULL"), "a full disk refuses in the end");
    expectEqual(await read(store, next - 1, next + 5), [next - 1], "what can be read");
    place.fill?.(false);
    expectEqual(await attempt(), ["durable", "durable", "durable"], "outcomes with space again");
    await close(store);
    const again = await place.open();
    expectEqual(again.entries.at(-1)?.index, next + 2, "the last index");
    await close(again.store);
  });
}

/** What a log should hold, by its requests. */
class Model {
  hardState: Uint8Array | null = null;
  entries: Entry[] = [];

  apply({ hardState, truncateFrom, run }: Request): Model {
    const after = new Model();
    after.hardState = hardState ?? this.hardState;
    const kept = this.entries.filter((entry) => entry.index < (truncateFrom ?? Infinity));
    after.entries = [...kept, ...(run?.entries ?? [])];
    return after;
  }

  reset(): Model {
    const after = new Model();
    after.hardState = this.hardState;
    return after;
  }
}

const CRASH_SEEDS = 20;

function crashTests(test: SuiteTest, create: () => Promise<LogStorePlace>): void {
  for (let seed = 1; seed <= CRASH_SEEDS; seed++) {
    test(`loses nothing acknowledged when the power goes (${seed})`, async () => {
      await crashRun(await create(), new Prng(seed));
    });
  }
}

/** Three process lives: each writes at random and ends by a crash; the next must find a prefix. */
async function crashRun(place: LogStorePlace, prng: Prng): Promise<void> {
  let model = new Model();
  let term = 1;
  let base: Position = { term: 0, index: 0 };
  for (let life = 0; life < 3; life++) {
    const { store } = await place.open();
    const states = [model];
    let acknowledged = 0;
    let alive = true;
    const refusals: StorageOutcome[] = [];
    const acknowledge =
      (state: number) =>
      (outcome: StorageOutcome): void => {
        if (!alive) return;
        if (outcome === null) acknowledged = state;
        else refusals.push(outcome);
      };
    for (let left = prng.between(1, 40); left > 0; left--) {
      const number = states.length;
      const last: Index = model.entries.at(-1)?.index ?? base.index;
      if (prng.chance(0.05)) {
        base = { term, index: last + prng.between(1, 5) };
        model = model.reset();
        states.push(model);
        store.reset(base, acknowledge(number));
      } else {
        if (prng.chance(0.2)) term++;
        const request = randomRequest(prng, base.index, last, term);
        model = model.apply(request);
        states.push(model);
        store.write(persist(request), acknowledge(number));
      }
      // Some requests are made while others are under way, and so does the power go.
      if (prng.chance(0.4)) await answered<unknown>((done) => store.read(1, 1, 1, done));
      else if (prng.chance(0.5)) await Promise.resolve();
    }
    place.losePower?.();
    alive = false;
    expectEqual(refusals, [], "refusals");
    const found = await place.open();
    const at = states.findIndex(
      (state, i) => i >= acknowledged && sameLog(state, found.hardState, found.entries),
    );
    const ends = found.entries.map(({ index, term: of }) => `${of}/${index}`).join(" ");
    assert(at >= 0, `after ${acknowledged} of ${states.length - 1} requests the log holds ${ends}`);
    model = states[at] ?? model;
    await close(found.store);
  }
}

function randomRequest(prng: Prng, base: Index, last: Index, term: Term): Request {
  const hardState = prng.chance(0.3) ? bytes(prng.below(256), prng.below(256)) : null;
  const truncateFrom = last > base && prng.chance(0.2) ? prng.between(base + 1, last) : null;
  const first = truncateFrom ?? last + 1;
  const size = prng.pick([0, 10, 200, 3000]);
  const run = prng.chance(0.8) ? runOf(first, prng.between(1, 4), term, size) : null;
  return { hardState, truncateFrom, run };
}

function sameLog(
  { hardState, entries }: Model,
  foundState: Uint8Array | null,
  found: readonly Entry[],
): boolean {
  return (
    sameBytes(hardState, foundState) &&
    entries.length === found.length &&
    entries.every(({ index, term, data }, i) => {
      const other = found[i];
      return other?.index === index && other.term === term && sameBytes(other.data, data);
    })
  );
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

/** Bytes that tell by index and term whose they are. */
function dataOf(index: Index, term: Term, size = 20): Uint8Array {
  return new Uint8Array(size).map((_, i) => (index * 7 + term * 31 + i) & 0xff);
}

function runOf(first: Index, count: number, term: Term, size?: number): EntryRun {
  const drafts = Array.from({ length: count }, (_, i) => ({
    kind: "command" as const,
    data: dataOf(first + i, term, size),
  }));
  return appendRun(drafts, { first, term, time: 1_700_000_000_000 });
}

let lastTicket = 0;

function persist(request: Request): Persist {
  const { hardState = null, truncateFrom = null, run = null } = request;
  return { kind: "persist", ticket: ++lastTicket, hardState, truncateFrom, run };
}

function write(store: LogStore, request: Request): Promise<string> {
  return answered((done) =>
    store.write(persist(request), (outcome) => done(outcome?.code ?? "durable")),
  );
}

async function readRun(
  store: LogStore,
  first: Index,
  last: Index,
  bytesMax: number,
): Promise<EntryRun> {
  const { outcome, run } = await answered<{ outcome: unknown; run: EntryRun }>((done) =>
    store.read(first, last, bytesMax, (failure, found) => done({ outcome: failure, run: found })),
  );
  expectEqual(outcome, null, "a read's outcome");
  // Followers are sent these bytes as they are.
  expectEqual(decodeRun(run.bytes).entries, run.entries, "the entries that the bytes hold");
  return run;
}

async function read(
  store: LogStore,
  first: Index,
  last: Index,
  bytesMax = 1_000_000,
): Promise<Index[]> {
  const { entries } = await readRun(store, first, last, bytesMax);
  for (const { index, term, data } of entries) {
    expectEqual(data, dataOf(index, term, data.length), `the data of entry ${index}`);
  }
  return entries.map((entry) => entry.index);
}

function close(store: LogStore): Promise<void> {
  return answered<void>((done) => store.close(() => done(undefined)));
}
