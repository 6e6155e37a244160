import {
  encodeRun,
  QuorateError,
  type Entry,
  type LogStore,
  type SnapshotStore,
} from "@quorate/core";
import {
  logStoreSuite,
  snapshotStoreSuite,
  type LogStorePlace,
  type SnapshotStorePlace,
} from "@quorate/core/testing/compliance";
import { expect, test } from "vitest";
import { memoryLogPlace, memorySnapshotPlace } from "./places.ts";

type Case = readonly [name: string, body: () => Promise<void>];

/** Names of the tests of a suite that fail. */
async function failures(
  register: (add: (...test: Case) => void) => void,
  millis = 60,
): Promise<string[]> {
  const cases: Case[] = [];
  register((...one) => cases.push(one));
  const failed: string[] = [];
  for (const [name, body] of cases) {
    // A test that waits for ever is as red as one that throws.
    const late = new Promise<string>((done) => setTimeout(done, millis, "late"));
    const outcome = await Promise.race([
      body().then(
        () => "passed",
        () => "failed",
      ),
      late,
    ]);
    if (outcome !== "passed") failed.push(name);
  }
  return failed;
}

const EVERY_FAULT = { losePower: true, fill: true, fail: true };

/** A place whose stores differ from those in memory in what is given. */
function brokenLog(breakIt: (store: LogStore) => Partial<LogStore>): () => Promise<LogStorePlace> {
  return async () => {
    const place = await memoryLogPlace();
    return {
      ...place,
      open: async () => {
        const opened = await place.open();
        const { store } = opened;
        const whole: LogStore = {
          write: (request, done) => store.write(request, done),
          read: (first, last, bytesMax, done) => store.read(first, last, bytesMax, done),
          trim: (through) => store.trim(through),
          reset: (base, done) => store.reset(base, done),
          close: (done) => store.close(done),
        };
        return { ...opened, store: { ...whole, ...breakIt(store) } };
      },
    };
  };
}

const ignore = (): void => {};

const BROKEN_LOGS: Record<string, [RegExp, (store: LogStore) => Partial<LogStore>]> = {
  "acknowledges before it is durable": [
    /power goes/,
    (store) => ({
      write(request, done) {
        store.write(request, ignore);
        queueMicrotask(() => done(null));
      },
    }),
  ],
  "answers within the call": [
    /brings back/,
    (store) => ({
      write(request, done) {
        store.write(request, ignore);
        done(null);
      },
    }),
  ],
  "answers out of order": [
    /order of the requests/,
    (store) => ({
      write: (request, done) =>
        store.write(request, (outcome) =>
          request.hardState === null ? done(outcome) : void setTimeout(done, 5, outcome),
        ),
    }),
  ],
  "forgets the hard state": [
    /brings back/,
    (store) => ({ write: (request, done) => store.write({ ...request, hardState: null }, done) }),
  ],
  "reads what was truncated": [
    /replaces what is truncated/,
    (store) => {
      const written = new Map<number, Entry>();
      return {
        write(request, done) {
          for (const entry of request.run?.entries ?? []) {
            if (!written.has(entry.index)) written.set(entry.index, entry);
          }
          store.write(request, done);
        },
        read: (first, last, bytesMax, done) =>
          store.read(first, last, bytesMax, (outcome) => {
            const found = [...written.values()].filter(
              ({ index }) => index >= first && index <= last,
            );
            done(outcome, encodeRun(found));
          }),
      };
    },
  ],
  "reads too many bytes": [
    /within the bytes/,
    (store) => ({ read: (first, last, _, done) => store.read(first, last, 1e9, done) }),
  ],
  "reads nothing when too few bytes are asked for": [
    /at least one/,
    (store) => ({
      read: (first, last, bytesMax, done) =>
        store.read(first, last, bytesMax, (outcome, run) =>
          done(outcome, run.bytes.length > bytesMax ? encodeRun([]) : run),
        ),
    }),
  ],
  "reads only what is durable": [
    /handed over just before/,
    (store) => {
      let last = 0;
      return {
        write: (request, done) =>
          store.write(request, (outcome) => {
            last = request.run?.entries.at(-1)?.index ?? last;
            done(outcome);
          }),
        read(first, to, bytesMax, done) {
          const durable = last;
          store.read(first, Math.min(to, durable), bytesMax, done);
        },
      };
    },
  ],
  "trims too much": [/behind a trim/, (store) => ({ trim: (through) => store.trim(through + 50) })],
  "forgets the hard state at a reset": [
    /behind a reset/,
    (store) => ({
      reset(base, done) {
        const forget = { ticket: 0, hardState: new Uint8Array(0), truncateFrom: null, run: null };
        store.reset(base, () => store.write({ kind: "persist", ...forget }, done));
      },
    }),
  ],
  "loses what was under way when it is closed": [
    /closes behind/,
    () => ({ write: ignore, close: (done) => queueMicrotask(done) }),
  ],
  "goes on after a failure": [
    /fails for good/,
    (store) => ({
      write: (request, done) =>
        store.write(request, (outcome) => done(request.run === null ? null : outcome)),
    }),
  ],
  "takes the next write when one was refused": [
    /disk full/,
    (store) => {
      let refusals = 0;
      return {
        write: (request, done) =>
          store.write(request, (outcome) => {
            const isFull = outcome?.code === "ERR_STORAGE_FULL";
            done(isFull && refusals++ % 2 === 1 ? null : outcome);
          }),
      };
    },
  ],
  "calls a full disk a failure": [
    /disk full/,
    (store) => ({
      write: (request, done) =>
        store.write(request, (outcome) =>
          done(outcome && new QuorateError("ERR_STORAGE_FAILED", outcome.message)),
        ),
    }),
  ],
};

test("a sound log passes its suite", async () => {
  const whole = brokenLog(() => ({}));
  expect(await failures((add) => logStoreSuite(add, EVERY_FAULT, whole), 2000)).toEqual([]);
});

test.each(Object.entries(BROKEN_LOGS))(
  "a log that %s turns its suite red",
  async (_, [name, breakIt]) => {
    const failed = await failures((add) => logStoreSuite(add, EVERY_FAULT, brokenLog(breakIt)));
    expect(failed.join("\n")).toMatch(name);
  },
  30_000,
);

/** A place whose stores differ from those in memory in what is given. */
function brokenSnapshots(
  breakIt: (store: SnapshotStore) => Partial<SnapshotStore>,
): () => Promise<SnapshotStorePlace> {
  return async () => {
    const place = await memorySnapshotPlace();
    return {
      ...place,
      open: async () => {
        const store = await place.open();
        const whole: SnapshotStore = {
          latest: () => store.latest(),
          latestBytes: () => store.latestBytes(),
          stage: (meta) => store.stage(meta),
          install: (handle, done) => store.install(handle, done),
          discard: (handle) => store.discard(handle),
          open: () => store.open(),
        };
        return { ...whole, ...breakIt(store) };
      },
    };
  };
}

const BROKEN_SNAPSHOTS: Record<string, [RegExp, (store: SnapshotStore) => Partial<SnapshotStore>]> =
  {
    "installs at the seal": [
      /only by an installation/,
      (store) => ({
        stage(meta) {
          const writer = store.stage(meta);
          return {
            ...writer,
            seal: (done) =>
              writer.seal((_, handle) => store.install(handle, (outcome) => done(outcome, handle))),
          };
        },
        install: (_, done) => queueMicrotask(() => done(null)),
      }),
    ],
    "says that it installed before it is durable": [
      /power goes/,
      (store) => ({
        install(handle, done) {
          store.install(handle, ignore);
          queueMicrotask(() => done(null));
        },
      }),
    ],
    "drops the last piece": [
      /gives back/,
      (store) => ({
        stage(meta) {
          const writer = store.stage(meta);
          const isLast = (chunk: Uint8Array): boolean => chunk.length === 7;
          return {
            ...writer,
            write: (chunk, done) => writer.write(isLast(chunk) ? new Uint8Array(0) : chunk, done),
          };
        },
      }),
    ],
    "gives more bytes than asked for": [
      /pieces of any size/,
      (store) => ({
        open() {
          const reader = store.open();
          return reader && { ...reader, read: (offset, _, done) => reader.read(offset, 1e9, done) };
        },
      }),
    ],
    "follows the newest with an open reader": [
      /leaves a reader/,
      (store) => ({
        open() {
          const reader = store.open();
          if (reader === null) return null;
          const newest = () => store.open() ?? reader;
          return { ...reader, read: (...args) => newest().read(...args) };
        },
      }),
    ],
    "installs what was discarded": [/not there/, () => ({ discard: ignore })],
    "answers within the call": [
      /gives back/,
      (store) => ({
        install(handle, done) {
          store.install(handle, ignore);
          done(null);
        },
      }),
    ],
    "counts what it wrote and did not install": [
      /only by an installation/,
      (store) => {
        let bytes = 0;
        return {
          stage(meta) {
            const writer = store.stage(meta);
            return {
              ...writer,
              write(chunk, done) {
                bytes += chunk.length;
                writer.write(chunk, done);
              },
            };
          },
          latestBytes: () => bytes,
        };
      },
    ],
    "finds a snapshot in an empty place": [
      /begins without/,
      (store) => ({
        latest: () => store.latest() ?? { position: { term: 0, index: 0 }, configuration: NOBODY },
      }),
    ],
  };

const NOBODY = { members: [], quorum: { kind: "majority", voters: [] } } as const;

test("a sound snapshot store passes its suite", async () => {
  const whole = brokenSnapshots(() => ({}));
  expect(await failures((add) => snapshotStoreSuite(add, EVERY_FAULT, whole), 2000)).toEqual([]);
});

test.each(Object.entries(BROKEN_SNAPSHOTS))(
  "a snapshot store that %s turns its suite red",
  async (_, [name, breakIt]) => {
    const broken = brokenSnapshots(breakIt);
    const failed = await failures((add) => snapshotStoreSuite(add, EVERY_FAULT, broken));
    expect(failed.join("\n")).toMatch(name);
  },
  30_000,
);
