import { appendRun, type EntryRun, type Persist, type Position } from "@quorate/core";
import { expect, test } from "vitest";
import type { TearingDisk } from "../src/testing/index.ts";
import { openLog, type OpenedLog } from "../src/wal/open-log.ts";
import { SEGMENT_BYTES, tearingDisk } from "./places.ts";

const DIRECTORY = "/wal";
const FIRST = "/wal/0000000001.wal";

function open(disk: TearingDisk, covered: Position | null = null): Promise<OpenedLog> {
  const options = { fileSystem: disk.mount(), directory: DIRECTORY, segmentBytes: SEGMENT_BYTES };
  return openLog(options, covered);
}

function run(first: number, count: number, term: number, size = 20): EntryRun {
  const data = new Uint8Array(size).fill(first + term);
  const drafts = Array.from({ length: count }, () => ({ kind: "command" as const, data }));
  return appendRun(drafts, { first, term, time: 1 });
}

function write(
  { log }: OpenedLog,
  request: Partial<Pick<Persist, "hardState" | "truncateFrom" | "run">>,
): Promise<string> {
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

const close = ({ log }: OpenedLog): Promise<void> => new Promise((done) => log.close(done));
const indices = ({ found }: OpenedLog): number[] => found.entries.map((entry) => entry.index);

function endOf(disk: TearingDisk, path: string): number {
  return (
    disk
      .file(path)
      .read(0, Infinity)
      .findLastIndex((byte) => byte !== 0) + 1
  );
}

test("a flipped bit anywhere before the last group is refused, in the last group it is cut off", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 1, 1), hardState: new Uint8Array([1]) });
  await write(opened, { run: run(2, 2, 1) });
  const lastGroup = endOf(disk, FIRST);
  await write(opened, { run: run(4, 1, 1) });
  await close(opened);
  const end = endOf(disk, FIRST);
  for (let at = 0; at < end; at++) {
    disk.file(FIRST).flip(at);
    const again = await open(disk).catch((error: { code: string; message: string }) => error);
    if ("code" in again) {
      expect(`${again.code} ${again.message}`, `byte ${at}`).toMatch(
        /^ERR_STORAGE_CORRUPT \/wal\/0000000001\.wal is damaged at byte \d+: .*restore/s,
      );
      expect(at).toBeLessThan(lastGroup);
      disk.file(FIRST).flip(at);
      continue;
    }
    expect(at, `byte ${at} of the first groups`).toBeGreaterThanOrEqual(lastGroup);
    expect(indices(again)).toEqual([1, 2, 3]);
    expect(again.found.repaired?.file).toBe(FIRST);
    expect(await write(again, { run: run(4, 1, 1) })).toBe("durable");
    await close(again);
  }
});

test("damage of an acknowledged group behind which another was torn is refused", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 1, 1) });
  const second = endOf(disk, FIRST);
  await write(opened, { run: run(2, 1, 1) });
  await write(opened, { run: run(3, 1, 1) });
  await close(opened);
  // The last group's records are torn, its head arrived: it was begun when the second was durable.
  disk.file(FIRST).flip(endOf(disk, FIRST) - 1);
  disk.file(FIRST).flip(second + 30);
  await expect(open(disk)).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
});

test("a value that looks like an old group is no proof that something follows", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 1, 1) });
  await write(opened, { run: run(2, 1, 1) });
  const copy = disk.file(FIRST).read(64, endOf(disk, FIRST) - 64);
  const drafts = [{ kind: "command" as const, data: copy }];
  const start = endOf(disk, FIRST);
  await write(opened, { run: appendRun(drafts, { first: 3, term: 1, time: 1 }) });
  await close(opened);
  disk.file(FIRST).flip(start + 5);
  const again = await open(disk);
  expect(indices(again)).toEqual([1, 2]);
  await close(again);
});

test("a missing segment is refused, also when only a prepared one follows", async () => {
  for (const missing of ["0000000002", "0000000003"]) {
    const disk = tearingDisk();
    const opened = await open(disk);
    for (const first of [1, 2, 3]) await write(opened, { run: run(first, 1, 1, 9000) });
    while (disk.file("/wal/0000000003.wal").size < SEGMENT_BYTES || disk.paths.length < 4) {
      await new Promise((done) => setImmediate(done));
    }
    for (let turns = 0; turns < 5; turns++) await new Promise((done) => setImmediate(done));
    await close(opened);
    disk.mount().remove(`/wal/${missing}.wal`);
    await expect(open(disk)).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
  }
});

test("a segment under another's name is refused", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 1, 1) });
  await close(opened);
  const fileSystem = disk.mount();
  for (const path of disk.paths) if (path !== FIRST) fileSystem.remove(path);
  fileSystem.rename(FIRST, "/wal/0000000002.wal");
  await expect(open(disk)).rejects.toThrow("it is segment 1 by its head");
});

test("damage on the disk is noticed when entries are read back", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 1, 1, 300) });
  disk.file(FIRST).flip(endOf(disk, FIRST) - 100);
  const outcome = await new Promise((done) => opened.log.read(1, 1, 1000, done));
  expect(outcome).toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
  await close(opened);
});

test("a truncation that reaches behind the beginning of the oldest segment", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 10, 1, 1200) });
  await write(opened, { run: run(11, 5, 1, 1200) }); // begins the second segment, behind entry 10
  await write(opened, { truncateFrom: 6, run: run(6, 7, 2) });
  opened.log.trim(7);
  expect(disk.paths).not.toContain(FIRST);
  await close(opened);
  const again = await open(disk, { term: 2, index: 7 });
  expect(again.found.base.index).toBeLessThanOrEqual(7);
  expect(again.found.entries.filter(({ index }) => index > 7).map(({ term }) => term)).toEqual([
    2, 2, 2, 2, 2,
  ]);
  await close(again);
  // Where the snapshot is of the very entry before the oldest, its term is the snapshot's.
  const edge = await open(disk, { term: 1, index: 5 });
  expect(edge.found.base).toEqual({ term: 1, index: 5 });
  await close(edge);
});

test("the hard state is there when the first write of a new segment was torn and the old one trimmed", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { hardState: new Uint8Array([7]), run: run(1, 10, 1, 1200) });
  await write(opened, { run: run(11, 5, 1, 1200) });
  await close(opened);
  disk.file("/wal/0000000002.wal").flip(100);
  const again = await open(disk);
  expect(indices(again).at(-1)).toBe(10);
  expect(again.found.repaired).toMatchObject({ file: "/wal/0000000002.wal", offset: 0 });
  expect(await write(again, { run: run(11, 5, 1, 1200) })).toBe("durable");
  again.log.trim(10);
  await close(again);
  const last = await open(disk, { term: 1, index: 10 });
  expect(last.found.hardState).toEqual(new Uint8Array([7]));
  expect(disk.paths).not.toContain(FIRST);
  await close(last);
});

test("nothing is trimmed while what carries the hard state on is being written", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = tearingDisk(seed);
    const opened = await open(disk);
    await write(opened, { hardState: new Uint8Array([7]), run: run(1, 10, 1, 1200) });
    for (let turns = 0; turns < 10; turns++) await new Promise((done) => setImmediate(done));
    void write(opened, { run: run(11, 5, 1, 1200) });
    opened.log.trim(10);
    disk.losePower();
    const again = await open(disk, { term: 1, index: 10 });
    expect(again.found.hardState, `seed ${seed}`).toEqual(new Uint8Array([7]));
    await close(again);
  }
});

test("answers may ask for more than a segment holds", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  const large = (first: number): Promise<string> =>
    write(opened, { run: run(first, 1, 1, 15_000) });
  const outcomes: string[] = [];
  await new Promise<void>((done) => {
    const persist = { kind: "persist", ticket: 1, hardState: null, truncateFrom: null } as const;
    const next = (first: number): void =>
      opened.log.write({ ...persist, run: run(first, 1, 1, 15_000) }, (outcome) => {
        outcomes.push(outcome?.code ?? "durable");
        if (first < 6) next(first + 1);
        else done();
      });
    next(1);
  });
  expect(outcomes).toEqual(Array.from({ length: 6 }, () => "durable"));
  expect(await large(7)).toBe("durable");
  await close(opened);
});

test("a segment of a newer format is refused as such", async () => {
  const disk = tearingDisk();
  const opened = await open(disk);
  await write(opened, { run: run(1, 1, 1) });
  await close(opened);
  const head = disk.file(FIRST).read(0, 64);
  new DataView(head.buffer).setUint32(4, 2);
  const { crc32 } = await import("node:zlib");
  new DataView(head.buffer).setUint32(60, crc32(head.subarray(0, 60)));
  disk.file(FIRST).write(0, head);
  await expect(open(disk)).rejects.toMatchObject({ code: "ERR_STORAGE_VERSION" });
});

test("300,000 small entries, each written alone, are back with one pass over the files", async () => {
  const disk = tearingDisk();
  const options = { fileSystem: disk.mount(), directory: DIRECTORY, segmentBytes: 4 * 1024 * 1024 };
  const opened = await openLog(options, null);
  let acknowledged = Promise.resolve("");
  for (let index = 1; index <= 300_000; index++) {
    acknowledged = write(opened, { run: run(index, 1, 1) });
    if (index % 1000 === 0) await acknowledged;
  }
  await close(opened);
  const again = await open(disk);
  expect(again.found.entries.length).toBe(300_000);
  await close(again);
}, 60_000);
