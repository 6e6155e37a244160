import { Duplex } from "node:stream";
import { beforeEach, describe, expect, test } from "vitest";
import { Http2Connection } from "../../src/http2/connection.ts";
import { HTTP2_LIMITS, type Http2Limits } from "../../src/http2/limits.ts";
import { SlabPool } from "../../src/http2/outbound.ts";
import { SocketConnection } from "../../src/http2/socket-connection.ts";
import { RecordingHandler } from "./recording-handler.ts";
import {
  data,
  END_HEADERS,
  END_STREAM,
  FrameParser,
  FrameTeller,
  headers,
  HELLO,
  INITIAL_WINDOW_SIZE,
  request,
  settings,
  windowUpdate,
} from "./wire.ts";

const WHOLE = END_HEADERS | END_STREAM;

/** A socket whose other end is the test: it takes bytes when the test says so. */
class FakeSocket extends Duplex {
  /** Whether writes are taken at once, as by a kernel with room. */
  open = true;
  ended = false;
  readonly lines: string[] = [];
  /** The bytes of each write, as they were when it was taken. */
  readonly taken: Buffer[] = [];
  readonly #parser = new FrameParser();
  readonly #teller = new FrameTeller();
  #held: (() => void)[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: (error?: Error | null) => void): void {
    const take = (): void => {
      this.taken.push(Buffer.from(chunk));
      this.lines.push(...this.#parser.push(chunk).map((frame) => this.#teller.tell(frame)));
      done();
    };
    if (this.open) take();
    else this.#held.push(take);
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }

  /** Takes what is held, and whatever comes then. */
  takeAll(): void {
    this.open = true;
    for (const take of this.#held.splice(0)) take();
  }

  /** Takes one write that is held. */
  takeOne(): void {
    this.#held.shift()?.();
  }

  fail(): void {
    this.destroy(new Error("ECONNRESET"));
  }
}

let socket: FakeSocket;
let handler: RecordingHandler;
let connection: SocketConnection<unknown>;
let now: number;
let closed: number;
let wanted: boolean;

function start(limits: Partial<Http2Limits> = {}, first: Uint8Array = HELLO): void {
  socket = new FakeSocket({ allowHalfOpen: true });
  socket.on("error", () => {});
  handler = new RecordingHandler();
  now = 0;
  closed = 0;
  wanted = false;
  const http2 = new Http2Connection({
    limits: { ...HTTP2_LIMITS, ...limits },
    handler,
    pool: new SlabPool(),
    now: () => now,
    wantFlush: () => {
      wanted = true;
    },
  });
  connection = new SocketConnection(socket, http2, () => void closed++);
  http2.open();
  connection.begin(first);
}

/** Lets events of the socket arrive, and turns end, until nothing moves any more. */
async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await new Promise(setImmediate);
    if (!wanted) continue;
    wanted = false;
    connection.flush(now);
    quiet = 0;
  }
}

async function receive(...frames: readonly Uint8Array[]): Promise<void> {
  socket.push(Buffer.concat(frames));
  await settle();
}

async function pass(millis: number): Promise<void> {
  for (let left = millis; left > 0; left -= 1000) {
    now += 1000;
    connection.tick(now);
    await settle();
  }
}

const GENEROUS = [settings([INITIAL_WINDOW_SIZE, 2 ** 31 - 1]), windowUpdate(0, 2 ** 30)];

beforeEach(() => start());

test("what was gathered in a turn leaves in one write", async () => {
  await settle();
  const before = socket.taken.length;
  await receive(headers(1, request(), WHOLE), headers(3, request(), WHOLE));
  handler.answer(1, Buffer.alloc(100));
  handler.answer(3, Buffer.alloc(100));
  await settle();
  expect(socket.taken).toHaveLength(before + 1);
  expect(socket.lines.filter((line) => line.startsWith("DATA"))).toHaveLength(4);
});

test("bytes are written as they were, though they leave long after other output", async () => {
  await receive(...GENEROUS, headers(1, request(), WHOLE), headers(3, request(), WHOLE));
  // What is held is looked at only when it is taken: its slab must not be used again before.
  socket.open = false;
  const digits = Buffer.alloc(100_000, "0123456789");
  handler.answer(1, digits);
  await settle();
  const letters = Buffer.alloc(100_000, "abcdefg");
  handler.answer(3, letters);
  await settle();
  socket.takeAll();
  await settle();
  const frames = new FrameParser().push(Buffer.concat(socket.taken));
  for (const [id, body] of [
    [1, digits],
    [3, letters],
  ] as const) {
    const pieces = frames.filter(({ type, streamId }) => type === "DATA" && streamId === id);
    const got = Buffer.concat(pieces.map(({ payload }) => payload));
    expect(Buffer.compare(got, body)).toBe(0);
  }
});

describe("a peer that reads slowly", () => {
  const limits = { outputBytesMax: 65_536 };

  test("is not read from until it has taken its answers", async () => {
    start(limits);
    await receive(...GENEROUS, headers(1, request(), WHOLE));
    socket.open = false;
    handler.answer(1, Buffer.alloc(500_000));
    await receive(headers(3, request(), WHOLE));
    expect(socket.isPaused()).toBe(true);
    handler.take();
    await receive(headers(5, request(), WHOLE));
    expect(handler.take()).toEqual([]);
    socket.takeAll();
    await settle();
    expect(socket.isPaused()).toBe(false);
    expect(handler.take()).toEqual(["begin 5 /t.Echo/Say", "halfClosed 5"]);
  });

  test("is read from again when all of it left at once", async () => {
    start(limits);
    await receive(...GENEROUS);
    handler.onBegin = ({ id }) => handler.answer(id, Buffer.alloc(100_000));
    for (let id = 1; id < 20; id += 2) await receive(headers(id, request(), WHOLE));
    expect(socket.lines.filter((line) => line.endsWith("END_STREAM"))).toHaveLength(10);
    expect(socket.isPaused()).toBe(false);
  });

  test("is not read from though its first bytes already made too much output", async () => {
    const many = Array.from({ length: 6000 }, (_, i) => headers(2 * i + 1, Buffer.alloc(0)));
    const first = Buffer.concat([HELLO, ...many]);
    start(limits, first);
    expect(socket.isPaused()).toBe(true);
    await settle();
    expect(socket.isPaused()).toBe(false);
  });
});

describe("a peer that sends its end", () => {
  test("gets what was answered before, then our end", async () => {
    await receive(headers(1, request(), WHOLE), headers(3));
    handler.answer(1, Buffer.alloc(5));
    socket.push(null);
    await settle();
    expect(socket.lines.slice(-2)).toEqual(["DATA 1 5", "DATA 1 0 END_STREAM"]);
    expect(handler.take()).toContain("aborted 3");
    expect(socket.ended).toBe(true);
    expect(closed).toBe(1);
  });

  test("and reads nothing any more is not waited for for ever", async () => {
    await receive(...GENEROUS, headers(1, request(), WHOLE));
    socket.open = false;
    handler.answer(1, Buffer.alloc(100_000));
    await settle();
    socket.push(null);
    await settle();
    await pass(19_000);
    expect(closed).toBe(0);
    await pass(2000);
    expect(closed).toBe(1);
  });
});

describe("after the last byte", () => {
  const nonsense = data(9, "of an idle stream");

  test("the peer may go on sending for a second", async () => {
    await receive(nonsense);
    expect(socket.lines.at(-1)).toMatch(/^GOAWAY 0 PROTOCOL_ERROR/);
    expect(socket.ended).toBe(true);
    await receive(Buffer.alloc(100_000));
    expect(closed).toBe(0);
    await pass(1000);
    expect(closed).toBe(1);
  });

  test("a peer that takes bytes, slowly, gets all of them", async () => {
    await receive(...GENEROUS, headers(1, request(), WHOLE));
    socket.open = false;
    handler.answer(1, Buffer.alloc(500_000));
    await settle();
    await receive(nonsense);
    // One slab in 15 seconds.
    for (let i = 0; i < 5; i++) {
      await pass(15_000);
      expect(closed).toBe(0);
      socket.takeOne();
      await settle();
    }
    socket.takeAll();
    await settle();
    expect(socket.lines.at(-1)).toMatch(/^GOAWAY 1 PROTOCOL_ERROR/);
    await pass(2000);
    expect(closed).toBe(1);
  });

  test("a peer that takes none is given up", async () => {
    await receive(...GENEROUS, headers(1, request(), WHOLE));
    socket.open = false;
    handler.answer(1, Buffer.alloc(500_000));
    await settle();
    await receive(nonsense);
    await pass(25_000);
    expect(closed).toBe(1);
  });
});

test.each(["while nothing is written", "in the middle of a write"])(
  "a socket that fails %s ends its streams, once",
  async (when) => {
    await receive(...GENEROUS, headers(1, request(), WHOLE), headers(3));
    socket.open = when !== "in the middle of a write";
    handler.answer(1, Buffer.alloc(5_000_000));
    await settle();
    handler.take();
    socket.fail();
    await settle();
    const stillWaited = when === "in the middle of a write" ? ["aborted 1"] : [];
    expect(handler.take()).toEqual([...stillWaited, "aborted 3"]);
    expect(closed).toBe(1);
    handler.answer(3, Buffer.alloc(5));
    connection.tick(now);
    connection.flush(now);
    connection.shutDown();
    await settle();
    expect(closed).toBe(1);
  },
);
