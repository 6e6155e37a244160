import { assert } from "../../assert.ts";
import { majorityOf } from "../../configuration.ts";
import type { StorageOutcome } from "../../ports/log-store.ts";
import type { SnapshotReader, SnapshotStore, SnapshotWriter } from "../../ports/snapshot-store.ts";
import { Prng } from "../../prng.ts";
import type { SnapshotHandle, SnapshotMeta } from "../../snapshot.ts";
import { answered, expectEqual, type SuiteTest } from "./suite-test.ts";

/** Where one test's snapshots lie; what is durable there outlives the store. */
export interface SnapshotStorePlace {
  /** The store over what is durable; the one before it is not used any more. */
  open(): Promise<SnapshotStore>;
  /** Ends the open store as a power failure does, in the middle of whatever it does. */
  losePower?(): void;
}

/**
 * What every {@link SnapshotStore} must do.
 *
 * @param faults - what the places offer
 * @param create - makes a new, empty place
 */
export function snapshotStoreSuite(
  test: SuiteTest,
  faults: { readonly losePower: boolean },
  create: () => Promise<SnapshotStorePlace>,
): void {
  test("begins without a snapshot", async () => {
    const store = await (await create()).open();
    expectEqual([store.latest(), store.latestBytes()], [null, 0], "the latest");
    expectEqual(store.open(), null, "a reader");
  });

  test("gives back what was written, in pieces of any size, also later", async () => {
    const place = await create();
    const store = await place.open();
    const pieces = [filled(1000, 1), filled(500, 2), filled(0, 3), filled(7, 4)];
    await install(store, await stage(store, metaOf(10), pieces));
    const whole = concat(pieces);
    for (const size of [1, 333, 1000, 5000]) {
      expectEqual(await contentOf(store, size), whole, `content in pieces of ${size}`);
    }
    const again = await place.open();
    expectEqual([again.latest(), again.latestBytes()], [metaOf(10), 1507], "the latest");
    expectEqual(await contentOf(again, 333), whole, "content");
  });

  test("keeps an empty snapshot", async () => {
    const store = await (await create()).open();
    await install(store, await stage(store, metaOf(3), []));
    expectEqual([store.latest(), store.latestBytes()], [metaOf(3), 0], "the latest");
    expectEqual(await contentOf(store, 10), filled(0, 0), "content");
  });

  test("changes the current one only by an installation", async () => {
    const store = await (await create()).open();
    await install(store, await stage(store, metaOf(1), [filled(10, 1)]));
    const handle = await stage(store, metaOf(2), [filled(20, 2)]);
    expectEqual([store.latest(), store.latestBytes()], [metaOf(1), 10], "while another is sealed");
    expectEqual(await contentOf(store, 100), filled(10, 1), "content");
    await install(store, handle);
    expectEqual([store.latest(), store.latestBytes()], [metaOf(2), 20], "the latest");
    expectEqual(await contentOf(store, 100), filled(20, 2), "content");
  });

  test("takes several at once, aborts and discards", async () => {
    const place = await create();
    const store = await place.open();
    const writers = [1, 2, 3].map((index) => store.stage(metaOf(index)));
    for (const [i, writer] of writers.entries()) await write(writer, filled(50, i + 1));
    writers[0]?.abort();
    const [, second, third] = writers;
    assert(second !== undefined && third !== undefined, "three were staged");
    store.discard(await seal(third));
    await install(store, await seal(second));
    expectEqual(await contentOf(store, 100), filled(50, 2), "content");
    expectEqual((await place.open()).latest(), metaOf(2), "the latest");
  });

  test("refuses to install what is not there", async () => {
    const store = await (await create()).open();
    const handle = await stage(store, metaOf(1), [filled(10, 1)]);
    store.discard(handle);
    const outcome = await answered<StorageOutcome>((done) => store.install(handle, done));
    assert(outcome?.code.startsWith("ERR_") === true, `the outcome is ${String(outcome)}`);
    expectEqual(store.latest(), null, "the latest");
  });

  test("leaves a reader its snapshot while a newer one is installed", async () => {
    const store = await (await create()).open();
    await install(store, await stage(store, metaOf(1), [filled(600, 1), filled(600, 9)]));
    const reader = store.open();
    assert(reader !== null, "there is a snapshot");
    expectEqual(await read(reader, 0, 100), filled(100, 1), "the beginning");
    await install(store, await stage(store, metaOf(2), [filled(10, 2)]));
    await install(store, await stage(store, metaOf(3), [filled(10, 3)]));
    expectEqual([reader.meta, reader.size], [metaOf(1), 1200], "what the reader reads");
    expectEqual(await read(reader, 600, 100), filled(100, 9), "the rest");
    reader.close();
  });

  if (!faults.losePower) return;
  for (let seed = 1; seed <= CRASH_SEEDS; seed++) {
    test(`is the old or the new, whole, when the power goes (${seed})`, async () => {
      await crashRun(await create(), new Prng(seed));
    });
  }
}

const CRASH_SEEDS = 20;

/** Installs one snapshot after the other and lets the power go in the middle of it. */
async function crashRun(place: SnapshotStorePlace, prng: Prng): Promise<void> {
  const store = await place.open();
  const crashAt = prng.between(1, 40);
  let steps = 0;
  let installed = 0;
  let alive = true;
  const refusals: StorageOutcome[] = [];
  const step =
    (next: () => void) =>
    (outcome: StorageOutcome): void => {
      if (!alive) return;
      if (outcome !== null) refusals.push(outcome);
      if (++steps < crashAt && outcome === null) next();
      else crash();
    };
  let crash = (): void => {};
  const crashed = new Promise<void>((done) => {
    crash = () => {
      alive = false;
      place.losePower?.();
      done();
    };
  });
  const take = (index: number): void => {
    const writer = store.stage(metaOf(index));
    const more = (left: number): void => {
      if (left > 0)
        return writer.write(
          pieceOf(index),
          step(() => more(left - 1)),
        );
      writer.seal((outcome, handle) => {
        step(() => {
          store.install(handle, (done) => {
            if (alive && done === null) installed = index;
            step(() => take(index + 1))(done);
          });
          // The power may also go while the installation is under way.
          if (prng.chance(0.1)) crash();
        })(outcome);
      });
    };
    more(3);
  };
  take(1);
  await crashed;
  expectEqual(refusals, [], "refusals");
  const again = await place.open();
  const index = again.latest()?.position.index ?? 0;
  assert(index === installed || index === installed + 1, `${index}, of ${installed} installed`);
  if (index === 0) return;
  const piece = pieceOf(index);
  expectEqual(await contentOf(again, 1000), concat([piece, piece, piece]), "content");
}

function pieceOf(index: number): Uint8Array {
  return filled(300 + index, index);
}

function metaOf(index: number): SnapshotMeta {
  const member = { id: "m1", addresses: ["http://127.0.0.1:1"] };
  return { position: { term: 2, index }, configuration: majorityOf([member]) };
}

function filled(size: number, value: number): Uint8Array {
  return new Uint8Array(size).fill(value);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

async function write(writer: SnapshotWriter, piece: Uint8Array): Promise<void> {
  expectEqual(await answered((done) => writer.write(piece, done)), null, "a write's outcome");
}

async function seal(writer: SnapshotWriter): Promise<SnapshotHandle> {
  const { outcome, handle } = await answered<{ outcome: unknown; handle: SnapshotHandle }>((done) =>
    writer.seal((failure, name) => done({ outcome: failure, handle: name })),
  );
  expectEqual(outcome, null, "the seal's outcome");
  return handle;
}

async function stage(
  store: SnapshotStore,
  meta: SnapshotMeta,
  pieces: readonly Uint8Array[],
): Promise<SnapshotHandle> {
  const writer = store.stage(meta);
  for (const piece of pieces) await write(writer, piece);
  return seal(writer);
}

async function install(store: SnapshotStore, handle: SnapshotHandle): Promise<void> {
  const outcome = await answered((done) => store.install(handle, done));
  expectEqual(outcome, null, "the installation's outcome");
}

async function read(reader: SnapshotReader, offset: number, bytesMax: number): Promise<Uint8Array> {
  const { outcome, chunk } = await answered<{ outcome: unknown; chunk: Uint8Array }>((done) =>
    reader.read(offset, bytesMax, (failure, bytes) => done({ outcome: failure, chunk: bytes })),
  );
  expectEqual(outcome, null, "a read's outcome");
  assert(chunk.length <= bytesMax, `${chunk.length} bytes where ${bytesMax} were asked for`);
  return chunk;
}

async function contentOf(store: SnapshotStore, size: number): Promise<Uint8Array> {
  const reader = store.open();
  assert(reader !== null, "there is a snapshot");
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < reader.size; offset += pieces.at(-1)?.length ?? 0) {
    const piece = await read(reader, offset, size);
    assert(piece.length > 0, "a piece before the end is not empty");
    pieces.push(piece);
  }
  expectEqual(await read(reader, reader.size, size), filled(0, 0), "what is behind the end");
  reader.close();
  return concat(pieces);
}
