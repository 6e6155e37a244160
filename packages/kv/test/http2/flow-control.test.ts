import { describe, expect, test } from "vitest";
import { encodeField, prepareBlock } from "../../src/http2/hpack/encoder.ts";
import type { Http2Limits } from "../../src/http2/limits.ts";
import { ConnectionUnderTest } from "./connection-under-test.ts";
import { OK, RecordingHandler } from "./recording-handler.ts";
import {
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  HELLO,
  INITIAL_WINDOW_SIZE,
  PADDED,
  request,
  rst,
  settings,
  windowUpdate,
} from "./wire.ts";

const WHOLE = END_HEADERS | END_STREAM;
const TRAILERS = prepareBlock([encodeField("grpc-status", "0")]);

interface Started {
  readonly handler: RecordingHandler;
  readonly peer: ConnectionUnderTest<unknown>;
}

/** A peer with so many whole requests, on streams 1, 3, …, and such a window for each. */
function start(streams: number, window: number, limits: Partial<Http2Limits> = {}): Started {
  const handler = new RecordingHandler();
  const peer = ConnectionUnderTest.ready(handler, limits);
  peer.receive(settings([INITIAL_WINDOW_SIZE, window]));
  for (let i = 0; i < streams; i++) peer.receive(headers(2 * i + 1, request(), WHOLE));
  handler.take();
  return { handler, peer };
}

describe("what we send keeps to the peer's windows (RFC 9113 §6.9)", () => {
  test("a stream waits for its own window, others go on", () => {
    const { handler, peer } = start(2, 10);
    handler.answer(1, Buffer.alloc(25));
    handler.answer(3, Buffer.alloc(3));
    expect(peer.turn()).toEqual([
      "HEADERS 1 :status=200",
      "DATA 1 10",
      "HEADERS 3 :status=200",
      "DATA 3 3",
      "DATA 3 0 END_STREAM",
    ]);
    expect(peer.receive(windowUpdate(1, 1))).toEqual(["DATA 1 1"]);
    expect(peer.receive(windowUpdate(1, 100))).toEqual(["DATA 1 14 END_STREAM"]);
    expect(peer.connection.streams).toBe(0);
  });

  test("a window that is used up exactly still lets the end through", () => {
    const { handler, peer } = start(2, 10);
    handler.stream(1).headers(OK, false);
    handler.stream(1).data([Buffer.alloc(10)]);
    handler.stream(1).end(TRAILERS);
    handler.answer(3, Buffer.alloc(10));
    expect(peer.turn()).toEqual([
      "HEADERS 1 :status=200",
      "DATA 1 10",
      "HEADERS 1 grpc-status=0 END_STREAM",
      "HEADERS 3 :status=200",
      "DATA 3 10",
      "DATA 3 0 END_STREAM",
    ]);
  });

  test("streams that wait for the connection take turns, a frame each", () => {
    const { handler, peer } = start(2, 1_000_000);
    handler.answer(1, Buffer.alloc(65_535 + 20_000));
    handler.answer(3, Buffer.alloc(20_000));
    expect(peer.turn()).toEqual([
      "HEADERS 1 :status=200",
      "DATA 1 16384",
      "DATA 1 16384",
      "DATA 1 16384",
      "DATA 1 16383",
      "HEADERS 3 :status=200",
    ]);
    expect(peer.receive(windowUpdate(0, 36_384))).toEqual([
      "DATA 1 16384",
      "DATA 3 16384",
      "DATA 1 3616 END_STREAM",
    ]);
    expect(peer.receive(windowUpdate(0, 3616))).toEqual(["DATA 3 3616 END_STREAM"]);
  });

  // A peer counts with its new window from the acknowledgement on: data before that is too much.
  test("a larger window is acknowledged before it is used", () => {
    const { handler, peer } = start(1, 0);
    handler.answer(1, Buffer.alloc(5));
    peer.turn();
    expect(peer.receive(settings([INITIAL_WINDOW_SIZE, 9]))).toEqual([
      "SETTINGS ACK",
      "DATA 1 5 END_STREAM",
    ]);
  });

  test("a change of the initial window reaches open streams, below zero too (§6.9.2)", () => {
    const { handler, peer } = start(1, 100);
    handler.answer(1, Buffer.alloc(200));
    expect(peer.turn()).toEqual(["HEADERS 1 :status=200", "DATA 1 100"]);
    expect(peer.receive(settings([INITIAL_WINDOW_SIZE, 20]))).toEqual(["SETTINGS ACK"]);
    // 80 below zero now.
    expect(peer.receive(windowUpdate(1, 80))).toEqual([]);
    expect(peer.receive(windowUpdate(1, 5))).toEqual(["DATA 1 5"]);
    // A new stream begins with the new window, and the old one gets 60 more.
    peer.receive(headers(3, request(), WHOLE));
    handler.answer(3, Buffer.alloc(30));
    expect(peer.turn()).toEqual(["HEADERS 3 :status=200", "DATA 3 20"]);
    expect(peer.receive(settings([INITIAL_WINDOW_SIZE, 80]))).toEqual([
      "SETTINGS ACK",
      "DATA 1 60",
      "DATA 3 10 END_STREAM",
    ]);
  });

  test("a stream whose window fell below zero does not take part in turns", () => {
    const { handler, peer } = start(2, 100_000);
    handler.answer(1, Buffer.alloc(70_000));
    handler.answer(3, Buffer.alloc(10));
    peer.turn();
    peer.receive(settings([INITIAL_WINDOW_SIZE, 10]));
    expect(peer.receive(windowUpdate(0, 10_000))).toEqual(["DATA 3 10 END_STREAM"]);
    expect(peer.receive(settings([INITIAL_WINDOW_SIZE, 100_000]))).toEqual([
      "SETTINGS ACK",
      "DATA 1 4465 END_STREAM",
    ]);
  });

  test.each([
    ["by an update", () => windowUpdate(1, 2 ** 31 - 1), "RST_STREAM 1 FLOW_CONTROL_ERROR"],
    [
      "by a setting",
      () => Buffer.concat([windowUpdate(1, 2 ** 31 - 101), settings([INITIAL_WINDOW_SIZE, 101])]),
      "GOAWAY 1 FLOW_CONTROL_ERROR: stream window overflows",
    ],
  ])("a stream's window above 2^31 - 1 is an error, %s", (_, frames, expected) => {
    const { handler, peer } = start(1, 100);
    expect(peer.receive(windowUpdate(1, 2 ** 31 - 101))).toEqual([]);
    const again = start(1, 100);
    const lines = again.peer.receive(frames());
    expect(lines.filter((line) => line !== "SETTINGS ACK")).toEqual([expected]);
    expect(again.handler.take()).toEqual(["aborted 1"]);
    expect(handler.take()).toEqual([]);
  });

  test("what was held for a stream that is reset is not sent, and not counted any more", () => {
    const { handler, peer } = start(3, 0, { heldBytesMax: 5000 });
    handler.answer(1, Buffer.alloc(4000));
    expect(handler.stream(3).full).toBe(false);
    handler.answer(3, Buffer.alloc(4000));
    expect(handler.stream(5).full).toBe(true);
    peer.receive(rst(1));
    expect(handler.stream(5).full).toBe(false);
    handler.answer(5, Buffer.alloc(4000));
    expect(handler.stream(5).full).toBe(true);
    peer.receive(settings([INITIAL_WINDOW_SIZE, 10_000]));
    expect(handler.stream(5).full).toBe(false);
    expect(peer.connection.streams).toBe(0);
  });

  test("a stream that is reset while it waits for the connection gives up its turn", () => {
    const { handler, peer } = start(3, 1_000_000);
    for (const id of [1, 3, 5]) handler.answer(id, Buffer.alloc(65_535));
    peer.turn();
    expect(peer.receive(rst(3))).toEqual([]);
    expect(peer.receive(windowUpdate(0, 20_000))).toEqual(["DATA 5 16384", "DATA 5 3616"]);
  });

  test("what is reserved counts against both windows", () => {
    const { handler, peer } = start(2, 20_000);
    peer.receive(windowUpdate(3, 1_000_000));
    expect(handler.stream(1).reserve(OK, 15_535, null)).toBeGreaterThan(0);
    expect(handler.stream(1).reserve(null, 4466, null)).toBe(-1);
    expect(handler.stream(1).reserve(null, 4465, null)).toBeGreaterThan(0);
    handler.stream(3).headers(OK, false);
    for (let i = 0; i < 4; i++) {
      expect(handler.stream(3).reserve(null, 11_383, null)).toBeGreaterThan(0);
    }
    expect(handler.stream(3).reserve(null, 4, null)).toBe(-1);
    expect(handler.stream(3).reserve(null, 3, null)).toBeGreaterThan(0);
    handler.stream(3).data([Buffer.of(1)]);
    expect(peer.turn().filter((line) => line.startsWith("DATA"))).toHaveLength(7);
  });

  test("many small pieces count for what they take in memory", () => {
    const { handler } = start(1, 0, { heldBytesMax: 5000 });
    handler.stream(1).data(Array.from({ length: 30 }, () => Buffer.alloc(1)));
    expect(handler.stream(1).full).toBe(true);
  });

  test("a room that was reserved is kept free of everything else", () => {
    const { handler, peer } = start(0, 1_000_000);
    peer.receive(headers(1), headers(3, request(), WHOLE));
    // The answer ends stream 1 while its request goes on: a reset follows in the same room.
    for (const [id, size] of [
      [1, 16_384],
      [3, 16_384],
    ] as const) {
      const stream = handler.stream(id);
      const at = stream.reserve(OK, size, TRAILERS);
      expect(at).toBeGreaterThan(0);
      stream.output.fill(7, at, at + size);
    }
    expect(peer.turn()).toEqual([
      "HEADERS 1 :status=200",
      "DATA 1 16384",
      "HEADERS 1 grpc-status=0 END_STREAM",
      "RST_STREAM 1 NO_ERROR",
      "HEADERS 3 :status=200",
      "DATA 3 16384",
      "HEADERS 3 grpc-status=0 END_STREAM",
    ]);
  });

  test("nothing can be reserved beyond a window or a frame, or before what waits", () => {
    const { handler, peer } = start(1, 20_000);
    const stream = handler.stream(1);
    expect(stream.reserve(null, 16_385, null)).toBe(-1);
    expect(stream.reserve(OK, 15_000, null)).toBeGreaterThan(0);
    expect(stream.reserve(null, 5001, null)).toBe(-1);
    stream.data([Buffer.alloc(5001)]);
    expect(stream.reserve(null, 1, null)).toBe(-1);
    expect(peer.turn()).toEqual(["HEADERS 1 :status=200", "DATA 1 15000", "DATA 1 5000"]);
  });
});

describe("a peer that does not read", () => {
  const limits = { outputBytesMax: 50_000 };

  test("leaves answers in their streams until it reads again", () => {
    const { handler, peer } = start(2, 1_000_000, { outputBytesMax: 30_000 });
    handler.answer(1, Buffer.alloc(40_000));
    expect(peer.connection.congested).toBe(true);
    // The socket takes it and gets rid of nothing.
    peer.unsent = 30_000;
    expect(peer.turn()).toEqual(["HEADERS 1 :status=200", "DATA 1 16384", "DATA 1 16384"]);
    expect(peer.connection.congested).toBe(true);
    handler.answer(3, Buffer.alloc(10));
    expect(handler.stream(3).reserve(null, 1, null)).toBe(-1);
    expect(peer.turn()).toEqual(["HEADERS 3 :status=200"]);
    peer.unsent = 0;
    peer.connection.flushed(0);
    expect(peer.connection.congested).toBe(false);
    expect(peer.turn()).toEqual(["DATA 1 7232 END_STREAM", "DATA 3 10 END_STREAM"]);
  });

  test("a stream hears once that there is room again", () => {
    const { handler, peer } = start(1, 100_000, limits);
    const stream = handler.stream(1);
    stream.headers(OK, false);
    stream.data([Buffer.alloc(120_000)]);
    stream.askDrain();
    peer.receive(windowUpdate(0, 100_000));
    expect(handler.take()).toEqual(["drained 1"]);
    stream.data([Buffer.alloc(50_000)]);
    stream.askDrain();
    peer.receive(windowUpdate(1, 37_231));
    expect(handler.take()).toEqual([]);
    peer.receive(windowUpdate(1, 1));
    expect(handler.take()).toEqual(["drained 1"]);
    peer.receive(windowUpdate(1, 1));
    expect(handler.take()).toEqual([]);
  });

  test("a handler that fills every room it hears of does not go on for ever", () => {
    const { handler, peer } = start(2, 2 ** 31 - 1, limits);
    peer.receive(windowUpdate(0, 2 ** 31 - 1 - 65_535));
    for (const id of [1, 3]) {
      handler.stream(id).headers(OK, false);
      handler.stream(id).data([Buffer.alloc(100_000)]);
      handler.stream(id).askDrain();
    }
    handler.onDrained = (stream) => {
      stream.data([Buffer.alloc(100_000)]);
      stream.askDrain();
    };
    // The socket takes nothing any more.
    peer.unsent = 50_000;
    peer.turn();
    expect(peer.connection.congested).toBe(true);
    expect(peer.sent).toBeLessThan(250_000);
  });
});

describe("what we receive is credited", () => {
  const limits = { streamWindowBytes: 1000, connectionWindowBytes: 70_000 };

  test("in batches of half a window, padding included, for stream and connection", () => {
    const handler = new RecordingHandler();
    const peer = ConnectionUnderTest.ready(handler, limits);
    const padded = Buffer.concat([Buffer.of(99), Buffer.alloc(300), Buffer.alloc(99)]);
    expect(peer.receive(headers(1), data(1, padded, PADDED))).toEqual([]);
    expect(peer.receive(data(1, Buffer.alloc(99)))).toEqual([]);
    expect(peer.receive(data(1, Buffer.alloc(1)))).toEqual(["WINDOW_UPDATE 1 500"]);
    for (let i = 0; i < 33; i++) {
      expect(peer.receive(data(1, Buffer.alloc(1000)))).toEqual(["WINDOW_UPDATE 1 1000"]);
    }
    expect(peer.receive(data(1, Buffer.alloc(1500), END_STREAM))).toEqual([
      "WINDOW_UPDATE 0 35000",
    ]);
  });

  test("to the connection also for streams that are over", () => {
    const handler = new RecordingHandler();
    const peer = ConnectionUnderTest.ready(handler, limits);
    peer.receive(headers(1));
    handler.stream(1).reset(8);
    peer.turn();
    expect(peer.receive(data(1, Buffer.alloc(16_000)), data(1, Buffer.alloc(16_000)))).toEqual([]);
    expect(peer.receive(data(1, Buffer.alloc(3000)))).toEqual(["WINDOW_UPDATE 0 35000"]);
  });
});

// One settings frame holds 2,730 windows, and each would visit every stream.
test("many windows in one settings frame cost as much as one", () => {
  const handler = new RecordingHandler();
  const peer = new ConnectionUnderTest(handler);
  peer.receive(HELLO, settings([INITIAL_WINDOW_SIZE, 0]), windowUpdate(0, 1_000_000));
  for (let id = 1; id < 200; id += 2) {
    peer.receive(headers(id, request(), WHOLE));
    handler.answer(id, Buffer.alloc(100_000));
  }
  peer.turn();
  const pairs = Array.from({ length: 2730 }, (_, i) => [INITIAL_WINDOW_SIZE, i] as const);
  expect(peer.receive(settings(...pairs)).filter((line) => line.startsWith("DATA"))).toHaveLength(
    100,
  );
});

test("a zero window and small steps are served byte by byte, not with more work each time", () => {
  const { handler, peer } = start(1, 0);
  handler.answer(1, Buffer.alloc(1000));
  peer.turn();
  for (let i = 1; i < 1000; i++) expect(peer.receive(windowUpdate(1, 1))).toEqual(["DATA 1 1"]);
  expect(peer.receive(windowUpdate(1, 1))).toEqual(["DATA 1 1 END_STREAM"]);
  expect(peer.receive(frame("PING", 0, 0, Buffer.from("12345678")))).toHaveLength(1);
});
