import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SnapshotResponse } from "@quorate/kv";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { saveSnapshot, type SavedSnapshot } from "../../src/snapshot/save-snapshot.ts";

let directory = "";
let file = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quorate-save-"));
  file = join(directory, "backup");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const BODY = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
const HASH = createHash("sha256").update(BODY).digest();
const WHOLE = Buffer.concat([BODY, HASH]);

/** The file in pieces of a size, as servers of different makes may cut it. */
async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<SnapshotResponse> {
  for (let at = 0; at < bytes.length; at += size) {
    const blob = bytes.subarray(at, at + size);
    yield { blob, remainingBytes: Math.max(0, BODY.length - at - blob.length) };
  }
}

const never = new AbortController().signal;

function save(
  pieces: AsyncIterable<SnapshotResponse>,
  stop: AbortSignal = never,
): Promise<SavedSnapshot> {
  return saveSnapshot(pieces, file, stop, () => {});
}

test.each([1, 31, 32, 33, 1000, 5000])(
  "in pieces of %i bytes, all of it is there",
  async (size) => {
    expect(await save(piecesOf(WHOLE, size))).toEqual({
      total_size: WHOLE.length,
      sha256: HASH.toString("hex"),
    });
    expect(readFileSync(file)).toEqual(WHOLE);
    expect(readdirSync(directory)).toEqual(["backup"]);
  },
);

test("it is told how much of how much has come", async () => {
  const seen: [number, number][] = [];
  await saveSnapshot(piecesOf(BODY, 400), file, never, (...progress) => seen.push(progress)).catch(
    () => {},
  );
  expect(seen).toEqual([
    [400, 1000],
    [800, 1000],
    [1000, 1000],
  ]);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["no hash", BODY],
  ["a part of the hash", WHOLE.subarray(0, -1)],
  ["another hash", Buffer.concat([BODY, Buffer.alloc(32)])],
])("what comes with %s is not kept, and the former file is", async (_, bytes) => {
  writeFileSync(file, "former");
  await expect(save(piecesOf(bytes, 100))).rejects.toMatchObject({
    exitCode: EXIT.failed,
    code: "DATA_LOSS",
  });
  expect(readFileSync(file, "utf8")).toBe("former");
  expect(readdirSync(directory)).toEqual(["backup"]);
});

test("what breaks off is not kept", async () => {
  async function* broken(): AsyncGenerator<SnapshotResponse> {
    yield* piecesOf(BODY, 100);
    throw new Error("it broke off");
  }
  await expect(save(broken())).rejects.toThrow("it broke off");
  expect(readdirSync(directory)).toEqual([]);
});

test("who is interrupted leaves nothing behind, and says so", async () => {
  const stop = new AbortController();
  async function* stopped(): AsyncGenerator<SnapshotResponse> {
    yield* piecesOf(BODY, 100);
    stop.abort();
    stop.signal.throwIfAborted();
  }
  await expect(save(stopped(), stop.signal)).rejects.toMatchObject({ exitCode: EXIT.interrupted });
  expect(readdirSync(directory)).toEqual([]);
});

test("a place that cannot be written to is named", async () => {
  file = join(directory, "missing", "backup");
  const saving = save(piecesOf(WHOLE, 100));
  await expect(saving).rejects.toMatchObject({ exitCode: EXIT.data });
  await expect(saving).rejects.toThrow(/missing\/backup cannot be written: ENOENT/);
});
