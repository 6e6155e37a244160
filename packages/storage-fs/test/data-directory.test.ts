import { appendRun, majorityOf, type EntryRun, type LogStore, type Persist } from "@quorate/core";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDataDirectory, type DataDirectory, type GroupStorage } from "../src/index.ts";

const IDENTITY = { cluster: "c1", member: "m1", from: "--who" };
let path = "";
let directory: DataDirectory | null = null;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "quorate-storage-")), "data");
});

afterEach(async () => {
  await directory?.close();
  directory = null;
  rmSync(join(path, ".."), { recursive: true, force: true });
});

async function open(segmentBytes = 64 * 1024, identity = IDENTITY): Promise<GroupStorage> {
  directory = await openDataDirectory({ path, identity, groups: ["g"], segmentBytes });
  const group = directory.groups.get("g");
  if (group === undefined) throw new Error("no group");
  return group;
}

async function reopen(segmentBytes?: number): Promise<GroupStorage> {
  await directory?.close();
  return open(segmentBytes);
}

function run(first: number, count: number, term: number, size = 100): EntryRun {
  const data = new Uint8Array(size).fill(first & 0xff);
  const drafts = Array.from({ length: count }, () => ({ kind: "command" as const, data }));
  return appendRun(drafts, { first, term, time: 1 });
}

let ticket = 1;

function write(log: LogStore, request: Partial<Omit<Persist, "kind" | "ticket">>): Promise<string> {
  const persist = {
    kind: "persist",
    ticket: ticket++,
    hardState: null,
    truncateFrom: null,
    run: null,
  } as const;
  return new Promise((done) =>
    log.write({ ...persist, ...request }, (o) => done(o?.code ?? "durable")),
  );
}

function read(log: LogStore, first: number, last: number, bytesMax = 1e6): Promise<number[]> {
  return new Promise((done, fail) => {
    log.read(first, last, bytesMax, (outcome, found) =>
      outcome === null ? done(found.entries.map((entry) => entry.index)) : fail(outcome),
    );
  });
}

const walFiles = (): string[] => readdirSync(join(path, "g", "wal")).sort();
const indices = (group: GroupStorage): number[] => group.recovered.tail.map((entry) => entry.index);

describe("the log", () => {
  test("comes back as it was written, hard state and all", async () => {
    const { log, recovered } = await open();
    expect(recovered).toEqual({ hardState: null, snapshot: null, tail: [] });
    const writes = [
      write(log, { run: run(1, 3, 1), hardState: new Uint8Array([1]) }),
      write(log, { run: run(4, 2, 2) }),
      write(log, { hardState: new Uint8Array([2]) }),
    ];
    expect(await Promise.all(writes)).toEqual(["durable", "durable", "durable"]);
    const again = await reopen();
    expect(again.recovered.hardState).toEqual(new Uint8Array([2]));
    expect(indices(again)).toEqual([1, 2, 3, 4, 5]);
    expect(again.recovered.tail[4]).toMatchObject({ term: 2, data: new Uint8Array(100).fill(4) });
    expect(again.repaired).toBeNull();
  });

  test("keeps what replaced a truncated entry", async () => {
    const { log } = await open();
    await write(log, { run: run(1, 5, 1) });
    await write(log, { truncateFrom: 3, run: run(3, 1, 2) });
    const again = await reopen();
    expect(again.recovered.tail.map((entry) => entry.term)).toEqual([1, 1, 2]);
    expect(await read(again.log, 1, 9)).toEqual([1, 2, 3]);
  });

  test("goes on over many segments, and reads from any", async () => {
    const { log } = await open();
    for (let first = 1; first <= 2000; first += 10) await write(log, { run: run(first, 10, 1) });
    expect(walFiles().length).toBeGreaterThan(3);
    expect(await read(log, 5, 1995)).toEqual(Array.from({ length: 1991 }, (_, i) => i + 5));
    expect((await read(log, 5, 1995, 1000)).length).toBe(8);
    const again = await reopen();
    expect(again.recovered.tail.length).toBe(2000);
    expect(await read(again.log, 1500, 1502)).toEqual([1500, 1501, 1502]);
  });

  test("takes a run that is larger than a segment", async () => {
    const { log } = await open();
    expect(await write(log, { run: run(1, 1, 1, 300_000) })).toBe("durable");
    expect(indices(await reopen())).toEqual([1]);
  });

  test("gives up whole segments when trimmed, and keeps the hard state", async () => {
    const { log } = await open();
    await write(log, { hardState: new Uint8Array([7]) });
    for (let first = 1; first <= 2000; first += 10) await write(log, { run: run(first, 10, 1) });
    const before = walFiles().length;
    log.trim(1500);
    expect(walFiles().length).toBeLessThan(before);
    expect(await read(log, 1, 10)).toEqual([]);
    const meta = {
      position: { term: 1, index: 1500 },
      configuration: majorityOf([{ id: "m1", addresses: [] }]),
    };
    await new Promise<void>((done) => {
      const writer = directory?.groups.get("g")?.snapshots.stage(meta);
      writer?.seal((_, handle) =>
        directory?.groups.get("g")?.snapshots.install(handle, () => done()),
      );
    });
    const again = await reopen();
    expect(again.recovered.hardState).toEqual(new Uint8Array([7]));
    expect(indices(again).at(-1)).toBe(2000);
    expect(indices(again)[0]).toBeLessThanOrEqual(1501);
  });

  test("begins anew behind a reset", async () => {
    const { log } = await open();
    await write(log, { run: run(1, 5, 1), hardState: new Uint8Array([7]) });
    await new Promise((done) => log.reset({ term: 3, index: 100 }, done));
    await write(log, { run: run(101, 2, 3) });
    expect(await read(log, 1, 5)).toEqual([]);
    expect(await read(log, 101, 105)).toEqual([101, 102]);
  });

  test("refuses writes when it is closed", async () => {
    const { log } = await open();
    await directory?.close();
    directory = null;
    expect(await write(log, { run: run(1, 1, 1) })).toBe("ERR_STOPPED");
  });
});

describe("damage", () => {
  async function written(): Promise<string> {
    const { log } = await open();
    for (let first = 1; first <= 50; first += 10) await write(log, { run: run(first, 10, 1) });
    await directory?.close();
    directory = null;
    return join(path, "g", "wal", walFiles()[0] ?? "");
  }

  function endOf(bytes: Buffer): number {
    return bytes.findLastIndex((byte) => byte !== 0) + 1;
  }

  test("in the middle is refused, naming the file, the place and the remedy", async () => {
    const file = await written();
    const bytes = readFileSync(file);
    for (const at of [70, 200, 3000]) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      writeFileSync(file, damaged);
      await expect(open()).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
      await expect(open()).rejects.toThrow(/0000000001\.wal is damaged at byte \d+.*restore/s);
    }
  });

  test("of the head is refused", async () => {
    const file = await written();
    const bytes = readFileSync(file);
    bytes.writeUInt8(0, 0);
    writeFileSync(file, bytes);
    await expect(open()).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
  });

  test("of the last write is a torn tail at every length: dropped, reported, and written over", async () => {
    const file = await written();
    const bytes = readFileSync(file);
    const end = endOf(bytes);
    for (const lost of [1, 50, 500, 1200]) {
      const torn = Buffer.from(bytes);
      torn.fill(0, end - lost, end);
      writeFileSync(file, torn);
      const group = await open();
      expect(indices(group).length).toBe(40);
      expect(group.repaired).toMatchObject({ file });
      expect(await write(group.log, { run: run(41, 1, 2) })).toBe("durable");
      const again = await reopen();
      expect(again.repaired).toBeNull();
      expect(indices(again).length).toBe(41);
      await directory?.close();
      directory = null;
    }
  });

  test("that takes away whole segments is refused", async () => {
    const { log } = await open();
    for (let first = 1; first <= 2000; first += 10) await write(log, { run: run(first, 10, 1) });
    await directory?.close();
    directory = null;
    rmSync(join(path, "g", "wal", walFiles()[1] ?? ""));
    await expect(open()).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
  });
});

describe("a directory", () => {
  test("in use is refused to a second opener, and free again afterwards", async () => {
    await open();
    const second = openDataDirectory({ path, identity: IDENTITY, groups: ["g"] });
    await expect(second).rejects.toMatchObject({ code: "ERR_STORAGE_LOCKED" });
    await reopen();
  });

  test("whose owner was killed is free", async () => {
    mkdirSync(path, { recursive: true });
    // One whose process is gone, and one whose process id is in use again.
    writeFileSync(join(path, "LOCK.4194304-12345-0"), "");
    writeFileSync(join(path, `LOCK.${process.ppid}-1-0`), "");
    await open();
    expect(readdirSync(path).filter((name) => name.startsWith("LOCK")).length).toBe(1);
  });

  test("of another cluster or member is refused, naming both", async () => {
    await open();
    await directory?.close();
    directory = null;
    for (const identity of [
      { ...IDENTITY, cluster: "c2" },
      { ...IDENTITY, member: "m2" },
    ]) {
      const attempt = openDataDirectory({ path, identity, groups: ["g"] });
      await expect(attempt).rejects.toMatchObject({ code: "ERR_WRONG_CLUSTER" });
      await expect(attempt).rejects.toThrow(/member m1 of cluster c1.*check --who/);
    }
  });

  test("of etcd, of ZooKeeper or of something else is refused with what to do", async () => {
    for (const [name, text] of [
      ["member", "etcd's own files"],
      ["version-2", "ZooKeeper's own files"],
      ["photos", "files that are not Quorate's"],
    ] as const) {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(join(path, name), { recursive: true });
      const attempt = openDataDirectory({ path, identity: IDENTITY, groups: ["g"] });
      await expect(attempt).rejects.toMatchObject({ code: "ERR_STORAGE_FOREIGN" });
      await expect(attempt).rejects.toThrow(text);
      expect(readdirSync(path)).toEqual([name]);
    }
  });

  test("of a newer version is refused", async () => {
    await open();
    await directory?.close();
    directory = null;
    writeFileSync(join(path, "quorate.json"), '{"format":99}\n');
    await expect(open()).rejects.toMatchObject({ code: "ERR_STORAGE_VERSION" });
  });
});

describe("snapshots", () => {
  const meta = (index: number) => ({
    position: { term: 2, index },
    configuration: majorityOf([{ id: "m1", addresses: ["http://127.0.0.1:1"] }]),
  });

  async function take(
    group: GroupStorage,
    index: number,
    chunks: readonly Uint8Array[],
  ): Promise<void> {
    const writer = group.snapshots.stage(meta(index));
    for (const chunk of chunks) await new Promise((done) => writer.write(chunk, done));
    await new Promise<void>((done, fail) =>
      writer.seal((outcome, handle) => {
        if (outcome !== null) return fail(outcome);
        group.snapshots.install(handle, (installed) =>
          installed === null ? done() : fail(installed),
        );
      }),
    );
  }

  async function content(group: GroupStorage, piece: number): Promise<Buffer> {
    const reader = group.snapshots.open();
    if (reader === null) throw new Error("no snapshot");
    const parts: Uint8Array[] = [];
    for (let offset = 0; offset < reader.size;) {
      const part = await new Promise<Uint8Array>((done, fail) =>
        reader.read(offset, piece, (outcome, bytes) =>
          outcome === null ? done(bytes) : fail(outcome),
        ),
      );
      parts.push(part);
      offset += part.length;
    }
    reader.close();
    return Buffer.concat(parts);
  }

  const chunks = [
    new Uint8Array(1000).fill(1),
    new Uint8Array(500).fill(2),
    new Uint8Array(7).fill(3),
  ];

  test("come back in pieces of any size, also after a restart", async () => {
    const group = await open();
    await take(group, 10, chunks);
    for (const piece of [1, 300, 5000])
      expect(await content(group, piece)).toEqual(Buffer.concat(chunks));
    const again = await reopen();
    expect(again.recovered.snapshot).toEqual(meta(10));
    expect(await content(again, 300)).toEqual(Buffer.concat(chunks));
  });

  test("replace one another, but stay readable while they are read", async () => {
    const group = await open();
    await take(group, 10, chunks);
    const reader = group.snapshots.open();
    await take(group, 20, []);
    expect(group.snapshots.latest()).toEqual(meta(20));
    const bytes = await new Promise<Uint8Array>((done) =>
      reader?.read(1000, 500, (_, chunk) => done(chunk)),
    );
    expect(bytes[0]).toBe(2);
    reader?.close();
    expect(readdirSync(join(path, "g", "snapshots")).length).toBe(1);
  });

  test("that were not finished are gone after a restart", async () => {
    const group = await open();
    const writer = group.snapshots.stage(meta(10));
    await new Promise((done) => writer.write(chunks[0] ?? new Uint8Array(0), done));
    const again = await reopen();
    expect(again.recovered.snapshot).toBeNull();
    expect(readdirSync(join(path, "g", "snapshots"))).toEqual([]);
  });

  test("that are damaged are refused: at the start, or when the chunk is read", async () => {
    const group = await open();
    await take(group, 10, chunks);
    await directory?.close();
    directory = null;
    const file = join(path, "g", "snapshots", readdirSync(join(path, "g", "snapshots"))[0] ?? "");
    const bytes = readFileSync(file);
    for (const at of [2, 20, bytes.length - 3, bytes.length - 30]) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      writeFileSync(file, damaged);
      await expect(open()).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
    }
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(9, bytes.length - 400);
    writeFileSync(file, damaged);
    await expect(content(await open(), 5000)).rejects.toMatchObject({
      code: "ERR_STORAGE_CORRUPT",
    });
  });

  test("that are missing under a trimmed log are refused", async () => {
    const group = await open();
    for (let first = 1; first <= 2000; first += 10)
      await write(group.log, { run: run(first, 10, 1) });
    await take(group, 1500, chunks);
    group.log.trim(1500);
    await directory?.close();
    directory = null;
    rmSync(join(path, "g", "snapshots"), { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
    await expect(open()).rejects.toThrow("a snapshot is missing");
  });

  test("ahead of the log take its place at the start", async () => {
    const group = await open();
    await write(group.log, { run: run(1, 5, 1) });
    await take(group, 100, chunks);
    const again = await reopen();
    expect(again.recovered.tail).toEqual([]);
    expect(await write(again.log, { run: run(101, 2, 2) })).toBe("durable");
    expect(indices(await reopen())).toEqual([101, 102]);
  });
});
