import { appendRun, Prng, type EntryRun, type LogStore, type Persist } from "@quorate/core";
import { expect, test } from "vitest";
import { TearingDisk } from "../src/testing/index.ts";
import { openDataDirectory, type DataDirectory, type GroupStorage } from "../src/index.ts";
import { SEGMENT_BYTES, tearingDisk } from "./places.ts";

/** What was asked for, as the log should be after each request; and how many were acknowledged. */
interface History {
  /** `hard state | last index:term …` after so many requests. */
  readonly states: string[];
  acknowledged: number;
}

async function open(disk: TearingDisk): Promise<{ directory: DataDirectory; group: GroupStorage }> {
  const directory = await openDataDirectory({
    path: "/data",
    identity: { cluster: "c1", member: "m1", from: "the flags" },
    groups: ["g"],
    fileSystem: disk.mount(),
    segmentBytes: SEGMENT_BYTES,
  });
  const group = directory.groups.get("g");
  if (group === undefined) throw new Error("no group");
  return { directory, group };
}

function run(first: number, count: number, term: number, size: number): EntryRun {
  const data = new Uint8Array(size).fill(first + term);
  const drafts = Array.from({ length: count }, () => ({ kind: "command" as const, data }));
  return appendRun(drafts, { first, term, time: 1 });
}

type Request = Partial<Pick<Persist, "hardState" | "truncateFrom" | "run">>;

/** Every kind of request, over several segments, some while others are under way. */
const WORKLOAD: readonly (Request | "wait")[] = [
  { hardState: new Uint8Array([1]) },
  "wait",
  { run: run(1, 2, 1, 100) },
  { run: run(3, 2, 1, 100), hardState: new Uint8Array([2]) },
  "wait",
  { run: run(5, 3, 1, 3000) },
  { truncateFrom: 6, run: run(6, 2, 2, 10) },
  { truncateFrom: 7 },
  "wait",
  { run: run(7, 1, 3, 9000) },
  "wait",
  { run: run(8, 1, 3, 9000), hardState: new Uint8Array([3]) },
  "wait",
  { run: run(9, 1, 3, 30_000) },
  "wait",
  { truncateFrom: 8, run: run(8, 1, 4, 1), hardState: new Uint8Array([4]) },
  "wait",
];

function stateOf(
  hardState: Uint8Array | null,
  entries: readonly { index: number; term: number }[],
): string {
  return `${hardState?.join() ?? ""}|${entries.map(({ index, term }) => `${index}:${term}`).join(" ")}`;
}

/** Runs the workload until it is over or the power went. */
async function work(disk: TearingDisk, history: History): Promise<void> {
  const isOver = (): boolean => disk.powerFailsAt === Infinity;
  const { group } = await open(disk);
  let hardState: Uint8Array | null = null;
  let entries: { index: number; term: number }[] = [];
  let latest: Promise<void> = Promise.resolve();
  for (const request of WORKLOAD) {
    if (request === "wait") {
      await Promise.race([latest, powerFailure(disk)]);
      if (isOver()) return;
      continue;
    }
    hardState = request.hardState ?? hardState;
    entries = entries.filter(({ index }) => index < (request.truncateFrom ?? Infinity));
    entries.push(...(request.run?.entries ?? []).map(({ index, term }) => ({ index, term })));
    const number = history.states.push(stateOf(hardState, entries)) - 1;
    latest = acknowledged(group.log, request, history, number);
  }
}

async function acknowledged(
  log: LogStore,
  request: Request,
  history: History,
  number: number,
): Promise<void> {
  if ((await write(log, request)) === "durable") history.acknowledged = number;
}

function write(log: LogStore, request: Request): Promise<string> {
  const persist = {
    kind: "persist",
    ticket: 1,
    hardState: null,
    truncateFrom: null,
    run: null,
  } as const;
  return new Promise((done) =>
    log.write({ ...persist, ...request }, (o) => done(o?.code ?? "durable")),
  );
}

/** Resolves when nothing is under way. */
async function settled(disk: TearingDisk): Promise<void> {
  for (let before = -1; before !== disk.operations;) {
    before = disk.operations;
    for (let turns = 0; turns < 3; turns++) await new Promise((done) => setImmediate(done));
  }
}

/** Resolves when the power has gone. */
async function powerFailure(disk: TearingDisk): Promise<void> {
  while (disk.powerFailsAt !== Infinity) await new Promise((done) => setImmediate(done));
}

test("a crash at every operation keeps what was acknowledged, and of the rest a beginning", async () => {
  let repaired = 0;
  let at = 1;
  for (; ; at++) {
    for (const seed of [1, 2, 3]) {
      const disk = tearingDisk(seed * 1000 + at);
      disk.powerFailsAt = at;
      const history: History = { states: [stateOf(null, [])], acknowledged: 0 };
      await work(disk, history).catch((error: unknown) => {
        if (disk.powerFailsAt !== Infinity) throw error;
      });
      if (disk.powerFailsAt !== Infinity) {
        // The workload was over before: every boundary has been tried.
        expect(at).toBeGreaterThan(30);
        expect(repaired).toBeGreaterThan(5);
        return;
      }
      const { group, directory } = await open(disk);
      const { hardState, tail } = group.recovered;
      const found = history.states.lastIndexOf(stateOf(hardState, tail));
      expect(found, `crash at operation ${at}, seed ${seed}`).toBeGreaterThanOrEqual(
        history.acknowledged,
      );
      if (group.repaired !== null) repaired++;
      await directory.close();
      const again = await open(disk);
      expect(stateOf(again.group.recovered.hardState, again.group.recovered.tail)).toBe(
        history.states[found],
      );
      expect(again.group.repaired).toBeNull();
      await again.directory.close();
    }
  }
}, 60_000);

test("a crash while starting, at every operation, keeps what was there", async () => {
  for (let at = 1; at < 40; at++) {
    const disk = tearingDisk(at);
    const history: History = { states: [stateOf(null, [])], acknowledged: 0 };
    disk.powerFailsAt = 1e9;
    await work(disk, history);
    expect(history.acknowledged).toBe(history.states.length - 1);
    disk.losePower();
    disk.powerFailsAt = disk.operations + at;
    // Also while the next segment is prepared behind the opening; later there is nothing to hit.
    const opened = open(disk).then(
      () => settled(disk),
      () => {},
    );
    await Promise.race([opened, powerFailure(disk)]);
    disk.losePower();
    const { group, directory } = await open(disk);
    const { hardState, tail } = group.recovered;
    expect(stateOf(hardState, tail), `crash at operation ${at}`).toBe(history.states.at(-1));
    await directory.close();
  }
}, 60_000);

test("what a killed process had only handed to the system is durable once it is recovered", async () => {
  const disk = tearingDisk(5);
  const { group } = await open(disk);
  expect(await write(group.log, { run: run(1, 1, 1, 10) })).toBe("durable");
  void write(group.log, { run: run(2, 1, 1, 10) });
  disk.kill();
  const again = await open(disk);
  expect(again.group.recovered.tail.length).toBe(2);
  disk.losePower();
  expect((await open(disk)).group.recovered.tail.length).toBe(2);
});

test("a failed write stops the log for good, naming the file and why", async () => {
  const disk = tearingDisk();
  const { group, directory } = await open(disk);
  await write(group.log, { run: run(1, 1, 1, 10) });
  disk.failing = true;
  const errors = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<string>((done) => {
          const request = {
            kind: "persist",
            ticket: 1,
            hardState: new Uint8Array([1]),
            truncateFrom: null,
            run: null,
          } as const;
          group.log.write(request, (outcome) => done(`${outcome?.code}: ${outcome?.message}`));
        }),
    ),
  );
  for (const error of errors)
    expect(error).toMatch(/^ERR_STORAGE_FAILED: .*0000000001\.wal failed: EIO/);
  disk.failing = false;
  expect(await write(group.log, { run: run(2, 1, 1, 10) })).toBe("ERR_STORAGE_FAILED");
  await directory.close();
});

test("a full disk under a prepared file is a failure, not a refusal", async () => {
  const disk = tearingDisk();
  const { group, directory } = await open(disk);
  await write(group.log, { run: run(1, 1, 1, 10) });
  disk.copiesOnWrite = true;
  disk.capacity = disk.used;
  expect(await write(group.log, { run: run(2, 1, 1, 10) })).toBe("ERR_STORAGE_FAILED");
  disk.capacity = Infinity;
  expect(await write(group.log, { run: run(2, 1, 1, 10) })).toBe("ERR_STORAGE_FAILED");
  await directory.close();
});

test("groups of random requests and random crashes, many lives on one disk", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const prng = new Prng(seed);
    const disk = tearingDisk(seed);
    let last = 0;
    let term = 1;
    for (let life = 0; life < 8; life++) {
      const { group } = await open(disk);
      const found = group.recovered.tail;
      expect(found.at(-1)?.index ?? 0, `seed ${seed}, life ${life}`).toBeGreaterThanOrEqual(last);
      let next = (found.at(-1)?.index ?? 0) + 1;
      for (let left = prng.below(12); left > 0; left--) {
        const count = prng.between(1, 5);
        const pending = write(group.log, { run: run(next, count, ++term, prng.below(4000)) });
        next += count;
        if (prng.chance(0.6)) {
          expect(await pending).toBe("durable");
          last = next - 1;
        }
      }
      if (prng.chance(0.5)) disk.losePower();
      else disk.kill();
    }
  }
}, 60_000);
