import { majorityOf, type PinnedView, type SnapshotReader } from "@quorate/core";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDataDirectory, seedDataDirectory, type DirectorySeed } from "../src/index.ts";
import type { TearingDisk } from "../src/testing/index.ts";
import { realDirectory, tearingDisk } from "./places.ts";

const CONTENT = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
const IDENTITY = { cluster: "c1", member: "m1", from: "--who" };

function viewOf(content: Uint8Array): PinnedView {
  let at = 0;
  return {
    read: (bytesMax) => {
      const chunk = content.subarray(at, at + bytesMax);
      at += chunk.length;
      return chunk.length === 0 ? null : chunk;
    },
    release: () => {},
  };
}

function seedOf(path: string, content: Uint8Array = CONTENT): DirectorySeed {
  const configuration = majorityOf([{ id: "m1", addresses: ["http://m1:2380"] }]);
  const meta = { position: { term: 0, index: 1 }, configuration };
  return { path, identity: IDENTITY, group: "g", meta, content: viewOf(content) };
}

async function contentOf(path: string, disk: TearingDisk | null = null): Promise<Uint8Array> {
  const directory = await openDataDirectory({
    path,
    identity: IDENTITY,
    groups: ["g"],
    ...(disk === null ? {} : { fileSystem: disk.mount() }),
  });
  const group = directory.groups.get("g");
  const reader = group?.snapshots.open() ?? null;
  const content = reader === null ? new Uint8Array(0) : await readAll(reader);
  expect(group?.recovered).toMatchObject({ hardState: null, tail: [] });
  await directory.close();
  return content;
}

async function readAll(reader: SnapshotReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < reader.size; at += parts.at(-1)?.length ?? 0) {
    parts.push(await new Promise((done) => reader.read(at, 500_000, (_, bytes) => done(bytes))));
  }
  reader.close();
  return Buffer.concat(parts);
}

test("a member begins with the state at the beginning of its log", async () => {
  const path = join(realDirectory(), "data");
  await seedDataDirectory(seedOf(path));
  expect(readdirSync(path).sort()).toEqual(["g", "quorate.json"]);
  expect(Buffer.from(await contentOf(path)).equals(CONTENT)).toBe(true);
  // And once more, as after a restart.
  expect(Buffer.from(await contentOf(path)).equals(CONTENT)).toBe(true);
});

test("an empty directory is taken, one that holds anything or is none is refused", async () => {
  const path = realDirectory();
  await seedDataDirectory(seedOf(path));
  const again = seedDataDirectory(seedOf(path));
  await expect(again).rejects.toMatchObject({ code: "ERR_STORAGE_FOREIGN" });
  await expect(again).rejects.toThrow(/is not empty \(g, quorate\.json\): give a directory/);
  const other = realDirectory();
  mkdirSync(join(other, "member"));
  await expect(seedDataDirectory(seedOf(other))).rejects.toThrow(/is not empty \(member\)/);
  expect(readdirSync(other)).toEqual(["member"]);
  const file = join(realDirectory(), "file");
  writeFileSync(file, "");
  await expect(seedDataDirectory(seedOf(file))).rejects.toThrow(/is not a directory/);
});

test("a directory in use is refused", async () => {
  const path = realDirectory();
  const directory = await openDataDirectory({ path, identity: IDENTITY, groups: ["g"] });
  const seeding = seedDataDirectory(seedOf(path));
  await expect(seeding).rejects.toMatchObject({ code: "ERR_STORAGE_LOCKED" });
  await directory.close();
});

test("a crash at every operation leaves nothing, the whole state, or what is refused", async () => {
  const outcomes = new Set<string>();
  const content = CONTENT.subarray(0, 1000);
  const life = { isDone: false };
  for (let at = 1; !life.isDone; at++) {
    const disk = tearingDisk(at);
    disk.powerFailsAt = at;
    seedDataDirectory({ ...seedOf("/data", content), fileSystem: disk.mount() }).then(
      () => (life.isDone = true),
      () => {},
    );
    // A disk without power answers nothing; the number is taken back when it goes.
    while (!life.isDone && disk.powerFailsAt === at)
      await new Promise((done) => setImmediate(done));
    disk.losePower();
    const found = await afterCrash(disk, content);
    outcomes.add(life.isDone ? `${found}, as it was said to be` : found);
  }
  expect([...outcomes].sort()).toEqual([
    "nothing",
    "refused",
    "whole",
    "whole, as it was said to be",
  ]);
});

/** What a member makes of the directory. */
async function afterCrash(disk: TearingDisk, content: Uint8Array): Promise<string> {
  const isAnybodys = disk.paths.includes("/data/quorate.json");
  try {
    const found = await contentOf("/data", disk);
    if (Buffer.from(found).equals(content)) return "whole";
    return isAnybodys ? "lost" : "nothing";
  } catch (error) {
    return (error as { code?: string }).code === "ERR_STORAGE_FOREIGN" ? "refused" : String(error);
  }
}
