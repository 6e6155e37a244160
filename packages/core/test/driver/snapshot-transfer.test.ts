import { expect, test } from "vitest";
import { DRIVER_LIMITS } from "../../src/driver/limits.ts";
import type { Frame } from "../../src/driver/frame.ts";
import { SnapshotReceiver } from "../../src/driver/snapshot-receiver.ts";
import { SnapshotSender } from "../../src/driver/snapshot-sender.ts";
import {
  majorityOf,
  QuorateError,
  type SnapshotMeta,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
} from "../../src/index.ts";

const META: SnapshotMeta = {
  position: { term: 1, index: 9 },
  configuration: majorityOf([{ id: "a", addresses: [] }]),
};
const LIMITS = { ...DRIVER_LIMITS, snapshotChunkBytes: 100, snapshotWindow: 2 };
type Owned = Exclude<Frame, { kind: "message" }>;

/** Reads and writes in memory; every answer waits for `settle`. */
class Site implements SnapshotStore {
  readonly later: (() => void)[] = [];
  received: Uint8Array = new Uint8Array(0);
  readonly content: Uint8Array;
  /** Reads never cross a multiple of this: chunks of uneven size, as a real file gives them. */
  readonly pieceBytes: number;

  constructor(content: Uint8Array, pieceBytes: number) {
    this.content = content;
    this.pieceBytes = pieceBytes;
  }

  latest(): SnapshotMeta | null {
    return META;
  }

  latestBytes(): number {
    return this.content.length;
  }

  stage(): SnapshotWriter {
    return {
      write: (chunk, done) =>
        this.later.push(() => {
          this.received = new Uint8Array([...this.received, ...chunk]);
          done(null);
        }),
      seal: (done) => this.later.push(() => done(null, "handle")),
      abort: () => {},
    };
  }

  install(): void {}
  discard(): void {}

  open(): SnapshotReader {
    return {
      meta: META,
      size: this.content.length,
      read: (offset, bytesMax, done) => {
        const piece = this.pieceBytes - (offset % this.pieceBytes);
        const end = offset + Math.min(bytesMax, piece);
        this.later.push(() => done(null, this.content.slice(offset, end)));
      },
      close: () => {},
    };
  }

  settle(): boolean {
    const action = this.later.shift();
    action?.();
    return action !== undefined;
  }
}

/** A sender and a receiver with a link between them that a test can cut. */
class Pair {
  readonly from: Site;
  readonly to: Site;
  readonly told: string[] = [];
  readonly frames: { readonly to: string; readonly frame: Owned }[] = [];
  readonly sender: SnapshotSender;
  readonly receiver: SnapshotReceiver;
  offers = 0;

  constructor(bytes: number, pieceBytes: number) {
    this.from = new Site(
      new Uint8Array(bytes).map((_, i) => i % 251),
      pieceBytes,
    );
    this.to = new Site(new Uint8Array(0), 1);
    const storageFailed = (error: QuorateError): void => void this.told.push(error.code);
    const sendFrame = (to: string, frame: Owned): void => void this.frames.push({ to, frame });
    this.sender = new SnapshotSender(
      this.from,
      {
        sendFrame,
        storageFailed,
        snapshotSent: (_, delivered) => this.told.push(`sent ${delivered}`),
      },
      LIMITS,
      1,
    );
    this.receiver = new SnapshotReceiver(
      this.to,
      { sendFrame, storageFailed, snapshotReceived: () => this.told.push("received") },
      LIMITS,
    );
  }

  /** Until nothing moves, or so many frames were delivered. */
  run(framesMax = 10_000): void {
    for (let frames = 0; frames < framesMax;) {
      const next = this.frames.shift();
      if (next === undefined) {
        if (!this.from.settle() && !this.to.settle()) return;
        continue;
      }
      frames++;
      this.#deliver(next.frame);
    }
  }

  #deliver(frame: Owned): void {
    if (frame.kind === "snapshotOffer") {
      this.offers++;
      this.receiver.offered("a", frame.transfer, frame.meta, frame.size);
    } else if (frame.kind === "snapshotChunk") {
      this.receiver.chunk("a", frame.transfer, frame.offset, frame.bytes);
    } else if (frame.kind === "snapshotAck") {
      this.sender.acknowledged("b", frame.transfer, frame.offset, frame.complete, 0);
    }
  }
}

test.each([
  [0, 100],
  [1, 100],
  [1000, 100],
  // Found with real processes: a file's chunks are a little larger than what is sent at a time.
  [5000, 103],
  [5000, 7],
])("%i bytes in pieces of %i arrive whole, without a second offer", (bytes, pieceBytes) => {
  const pair = new Pair(bytes, pieceBytes);
  pair.sender.start("b", 0);
  pair.run();
  expect(pair.told.sort()).toEqual(["received", "sent true"]);
  expect(pair.to.received).toEqual(pair.from.content);
  expect(pair.offers).toBe(1);
});

test("a transfer goes on where it stood when the link comes back", () => {
  const pair = new Pair(1000, 100);
  pair.sender.start("b", 0);
  pair.run(9);
  pair.frames.length = 0;
  while (pair.to.settle() || pair.from.settle());
  pair.frames.length = 0;
  const before = pair.to.received.length;
  expect(before).toBeGreaterThan(0);
  pair.sender.linkUp("b", 0);
  pair.run();
  expect(pair.told.sort()).toEqual(["received", "sent true"]);
  expect(pair.to.received).toEqual(pair.from.content);
});

test("a transfer that gets no answer is offered again, then given up", () => {
  const pair = new Pair(1000, 100);
  pair.sender.start("b", 0);
  pair.frames.length = 0;
  pair.sender.tick(LIMITS.storageStallMillis + 1);
  expect(pair.frames.map(({ frame }) => frame.kind)).toEqual(["snapshotOffer"]);
  pair.sender.tick(LIMITS.snapshotTimeoutMillis + 1);
  expect(pair.told).toEqual(["sent false"]);
});

test("a peer that started again offers another snapshot, even under an old number", () => {
  const pair = new Pair(300, 100);
  pair.receiver.linkUp("a", 1);
  pair.sender.start("b", 0);
  pair.run();
  expect(pair.told.sort()).toEqual(["received", "sent true"]);

  pair.told.length = 0;
  pair.receiver.linkUp("a", 1);
  pair.receiver.offered("a", 1, META, 300);
  pair.run();
  expect(pair.told).toEqual([]);

  pair.receiver.linkUp("a", 2);
  pair.receiver.offered("a", 1, META, 0);
  pair.run();
  expect(pair.told).toEqual(["received"]);
});
