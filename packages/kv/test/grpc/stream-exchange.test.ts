import { describe, expect, test } from "vitest";
import type { StreamCall } from "../../src/grpc/service.ts";
import {
  data,
  END_STREAM,
  headers,
  INITIAL_WINDOW_SIZE,
  request,
  rst,
  settings,
  windowUpdate,
  type Header,
} from "../http2/wire.ts";
import { framed, GrpcUnderTest, type GrpcUnderTestOptions } from "./grpc-under-test.ts";

const HEAD = "HEADERS 1 :status=200 content-type=application/grpc";
const OK = "HEADERS 1 grpc-status=0 END_STREAM";

interface Chat {
  readonly grpc: GrpcUnderTest;
  readonly call: StreamCall;
}

function chat(options: GrpcUnderTestOptions = {}, ...fields: readonly Header[]): Chat {
  const grpc = new GrpcUnderTest(options);
  grpc.peer.receive(headers(1, request([":path", "/t.Echo/Chat"], ...fields)));
  const [call] = grpc.streams;
  if (call === undefined) throw new Error("no call");
  return { grpc, call };
}

test("the handler has the call before any message, and hears each of them and the end", () => {
  const { grpc } = chat();
  const body = Buffer.concat([framed("one"), framed(""), framed("three"), framed("four4")]);
  grpc.peer.receive(data(1, body.subarray(0, 20)));
  expect(grpc.told).toEqual(["message 3", "message 0"]);
  grpc.peer.receive(data(1, body.subarray(20)), data(1, "", END_STREAM));
  expect(grpc.told).toEqual(["message 3", "message 0", "message 5", "message 5", "half-closed"]);
});

test("messages go either way at any time, and the server's end is the end", () => {
  const { grpc, call } = chat();
  expect(call.send(Buffer.from("first"))).toBe(true);
  expect(grpc.peer.turn()).toEqual([HEAD, "DATA 1 10"]);
  grpc.peer.receive(data(1, framed("x"), END_STREAM));
  call.send(Buffer.alloc(20_000));
  call.end();
  call.end();
  call.fail(13, "late");
  expect(call.send(Buffer.from("late"))).toBe(false);
  expect(grpc.peer.turn()).toEqual(["DATA 1 16384", "DATA 1 3621", OK]);
  expect(grpc.told).toEqual(["message 1", "half-closed"]);
});

test("a message that is written where it leaves from is as one that is handed over", () => {
  // At once, in more than one frame, and when the windows are used up.
  const messages = [5, 20_000, 120_000].map((size) => Buffer.alloc(size, "0123456789abcdef~"));
  const sent = (send: (call: StreamCall, message: Buffer) => boolean): unknown => {
    const { grpc, call } = chat();
    const answers = messages.map((message) => send(call, message));
    const frames = grpc.peer.turnFrames();
    grpc.peer.connection.receive(windowUpdate(0, 50_000));
    grpc.peer.connection.receive(windowUpdate(1, 50_000));
    frames.push(...grpc.peer.turnFrames());
    grpc.peer.connection.closed();
    return { answers, frames, late: send(call, Buffer.alloc(1)), told: grpc.told };
  };
  const handedOver = sent((call, message) => call.send(message));
  expect(
    sent((call, message) => call.sendWith(message.length, (into, at) => into.set(message, at))),
  ).toEqual(handedOver);
  expect(handedOver).toMatchObject({
    answers: [true, true, false],
    late: false,
    told: ["drained", "cancelled"],
  });
});

test.each([
  ["without a message", (call: StreamCall) => call.end(), [HEAD, OK, "RST_STREAM 1 NO_ERROR"]],
  [
    "with an error before any message",
    (call: StreamCall) => call.fail(5, "no"),
    [`${HEAD} grpc-status=5 grpc-message=no END_STREAM`, "RST_STREAM 1 NO_ERROR"],
  ],
  [
    "with an error behind messages",
    (call: StreamCall) => {
      call.send(Buffer.from("x"));
      call.fail(5, "no");
    },
    [
      HEAD,
      "DATA 1 6",
      "HEADERS 1 grpc-status=5 grpc-message=no END_STREAM",
      "RST_STREAM 1 NO_ERROR",
    ],
  ],
] as const)("it may end %s", (_, act, expected) => {
  const { grpc, call } = chat();
  act(call);
  expect(grpc.peer.turn()).toEqual(expected);
  expect(grpc.told).toEqual([]);
});

test.each([
  ["half a message", framed("xyz").subarray(0, 6), 13],
  ["a message over the limit", framed(Buffer.alloc(200_000)).subarray(0, 100), 8],
  ["a bad flag", framed("x", 7), 13],
])("%s ends the call behind what was sent, and its handler hears of it", (_, bytes, code) => {
  const { grpc, call } = chat();
  call.send(Buffer.from("x"));
  grpc.peer.turn();
  const lines = grpc.peer.receive(data(1, bytes, END_STREAM));
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^HEADERS 1 grpc-status=${code} .*END`)),
  ]);
  expect(grpc.told).toEqual(["cancelled"]);
});

test.each(["reset", "close"])("the handler hears of the client's %s once", (how) => {
  const { grpc, call } = chat();
  if (how === "reset") grpc.peer.receive(rst(1));
  grpc.peer.connection.closed();
  expect(call.cancelled).toBe(true);
  expect(call.send(Buffer.from("late"))).toBe(false);
  call.end();
  expect(grpc.peer.turn()).toEqual([]);
  expect(grpc.told).toEqual(["cancelled"]);
});

test("it expires at its deadline, behind what was sent", () => {
  const { grpc, call } = chat({}, ["grpc-timeout", "1S"]);
  call.send(Buffer.from("x"));
  grpc.peer.turn();
  grpc.clock.advance(1040);
  expect(grpc.peer.turn()).toEqual([
    "HEADERS 1 grpc-status=4 grpc-message=context deadline exceeded END_STREAM",
    "RST_STREAM 1 NO_ERROR",
  ]);
  expect(grpc.told).toEqual(["cancelled"]);
});

describe("a client that reads slowly", () => {
  test("makes send answer false, and true again behind a drain", () => {
    const { grpc, call } = chat();
    let sent = 0;
    while (call.send(Buffer.alloc(10_000))) sent++;
    // Its windows of 65,535 bytes and as much again.
    expect(sent).toBeGreaterThanOrEqual(12);
    expect(sent).toBeLessThan(14);
    grpc.peer.turn();
    expect(grpc.told).toEqual([]);
    grpc.peer.receive(windowUpdate(0, 30_000), windowUpdate(1, 30_000));
    expect(grpc.told).toEqual([]);
    grpc.peer.receive(windowUpdate(0, 30_000), windowUpdate(1, 30_000));
    expect(grpc.told).toEqual(["drained"]);
    expect(call.send(Buffer.alloc(10_000))).toBe(true);
  });

  test("is cut off when its handler goes on and on", () => {
    const { grpc, call } = chat({ limits: { heldBytesMax: 200_000 } });
    let sends = 0;
    while (!call.cancelled && sends++ < 1000) call.send(Buffer.alloc(10_000));
    expect(sends).toBeLessThan(40);
    expect(grpc.peer.turn().at(-1)).toBe("RST_STREAM 1 ENHANCE_YOUR_CALM");
    expect(grpc.told).toEqual(["cancelled"]);
    expect(grpc.peer.connection.streams).toBe(0);
  });

  test("is cut off for many small messages long before their bytes would be too many", () => {
    const { grpc, call } = chat({ limits: { heldBytesMax: 200_000 } });
    grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 0]));
    let sends = 0;
    while (!call.cancelled && sends++ < 10_000) call.send(Buffer.alloc(1));
    expect(sends).toBeLessThan(1000);
  });

  test("fails a call that had sent nothing yet with a status", () => {
    const { grpc, call } = chat({ limits: { heldBytesMax: 10_000 } });
    grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 0]));
    call.send(Buffer.alloc(20_000));
    grpc.peer.receive(headers(3, request([":path", "/t.Echo/Chat"])));
    grpc.peer.turn();
    grpc.streams[1]?.send(Buffer.alloc(10));
    expect(grpc.peer.turn()).toEqual([
      "HEADERS 3 :status=200 content-type=application/grpc grpc-status=8 grpc-message=the client reads too slowly END_STREAM",
      "RST_STREAM 3 NO_ERROR",
    ]);
  });
});
