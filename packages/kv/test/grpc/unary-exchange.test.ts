import { describe, expect, test } from "vitest";
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  headers,
  INITIAL_WINDOW_SIZE,
  request,
  rst,
  settings,
  type Header,
} from "../http2/wire.ts";
import { framed, GrpcUnderTest } from "./grpc-under-test.ts";

const WHOLE = END_HEADERS | END_STREAM;
const HEAD = ":status=200 content-type=application/grpc";

function failure(code: number, text: string, id = 1): string {
  return `HEADERS ${id} ${HEAD} grpc-status=${code} grpc-message=${text} END_STREAM`;
}

const NOT_ENDED = "RST_STREAM 1 NO_ERROR";

function echoed(size: number): string[] {
  return [`HEADERS 1 ${HEAD}`, `DATA 1 ${size + 5}`, "HEADERS 1 grpc-status=0 END_STREAM"];
}

/** Sends the body to the echo in these frames, the last of which ends the request. */
function say(pieces: readonly Uint8Array[], ...fields: readonly Header[]): string[] {
  const { peer } = new GrpcUnderTest();
  const frames = pieces.map((piece, i) => data(1, piece, i === pieces.length - 1 ? END_STREAM : 0));
  return peer.receive(headers(1, request(...fields)), ...frames);
}

describe("messages are cut out of data frames", () => {
  const message = framed("hello, world");

  test("wherever the frames are cut", () => {
    for (let at = 0; at <= message.length; at++) {
      const pieces = [message.subarray(0, at), message.subarray(at)];
      expect(say(pieces)).toEqual(echoed(12));
      expect(say([...pieces, Buffer.alloc(0)])).toEqual(echoed(12));
    }
    expect(say([...message].map((byte) => Uint8Array.of(byte)))).toEqual(echoed(12));
  });

  test("an empty message is one", () => {
    expect(say([framed("")])).toEqual(echoed(0));
    expect(say([framed("").subarray(0, 3), framed("").subarray(3)])).toEqual(echoed(0));
  });

  test("the end may come with trailers", () => {
    const { peer } = new GrpcUnderTest();
    const end = headers(1, block(["x", "y"]), WHOLE);
    expect(peer.receive(headers(1), data(1, message), end)).toEqual(echoed(12));
  });

  test("a request is answered with the bytes that were sent", () => {
    const grpc = new GrpcUnderTest();
    grpc.peer.receive(
      headers(1, request([":path", "/t.Echo/Wait"])),
      data(1, message.subarray(0, 9)),
      data(1, message.subarray(9), END_STREAM),
      headers(3, request([":path", "/t.Echo/Wait"])),
      data(3, message, END_STREAM),
    );
    const requests = grpc.unary.map((call) => Buffer.from(call.request).toString());
    expect(requests).toEqual(["hello, world", "hello, world"]);
  });
});

// prettier-ignore
describe("what is no request", () => {
  const GZIP: Header = ["grpc-encoding", "gzip"];
  test.each<readonly [what: string, expected: readonly string[], pieces: readonly Uint8Array[], fields: readonly Header[]]>([
    ["no message", [failure(13, "unary request without a message")], [Buffer.alloc(0)], []],
    ["half a prefix", [failure(13, "unexpected EOF")], [framed("x").subarray(0, 4)], []],
    ["half a message", [failure(13, "unexpected EOF")], [framed("xyz").subarray(0, 7)], []],
    ["a prefix without its message", [failure(13, "unexpected EOF")], [framed("xyz").subarray(0, 5)], []],
    ["two messages", [failure(13, "more than one message in a unary request")], [Buffer.concat([framed("x"), framed("y")])], []],
    ["two messages in two frames", [failure(13, "more than one message in a unary request")], [framed("x"), framed("y")], []],
    ["a message and half a prefix", [failure(13, "unexpected EOF")], [framed("x"), framed("y").subarray(0, 2)], []],
    ["flag 2", [failure(13, "grpc: received unexpected payload format 2")], [framed("x", 2)], []],
    ["flag 255", [failure(13, "grpc: received unexpected payload format 255")], [framed("x", 255)], []],
    ["a compressed message without an encoding", [failure(13, "grpc: compressed flag set with identity or empty encoding")], [framed("x", 1)], []],
    ["a compressed message of identity", [failure(13, "grpc: compressed flag set with identity or empty encoding")], [framed("x", 1)], [["grpc-encoding", "identity"]]],
    ["a compressed message", [failure(12, `grpc: Decompressor is not installed for grpc-encoding "gzip" grpc-accept-encoding=identity`)], [framed("x", 1)], [GZIP]],
    ["a plain message of a stream that may compress", echoed(1), [framed("x")], [GZIP]],
    ["a message of the limit", [`HEADERS 1 ${HEAD}`, "DATA 1 16384", "DATA 1 16384", "DATA 1 16384", "DATA 1 16383"], [framed(Buffer.alloc(100_000))], []],
    ["a message over the limit", [failure(8, "grpc: received message larger than max (100001 vs. 100000)"), NOT_ENDED], [framed(Buffer.alloc(100_001)).subarray(0, 5), Buffer.alloc(1)], []],
    ["a message far over the limit", [failure(8, "grpc: received message larger than max (4294967295 vs. 100000)"), NOT_ENDED], [Uint8Array.of(0, 255, 255), Uint8Array.of(255, 255), Buffer.alloc(1)], []],
  ])("%s", (_, expected, pieces, fields) => {
    // Frames hold 16,384 bytes.
    const cut = pieces.flatMap((piece) => {
      const count = Math.max(1, Math.ceil(piece.length / 16_384));
      return Array.from({ length: count }, (__, i) => piece.subarray(i * 16_384, (i + 1) * 16_384));
    });
    const lines = say(cut, ...fields).filter((line) => !line.startsWith("WINDOW_UPDATE"));
    expect(lines).toEqual(expected);
  });

  test("is refused while it arrives, and what follows is ignored", () => {
    const { peer } = new GrpcUnderTest();
    expect(peer.receive(headers(1), data(1, framed("x", 2)), data(1, "more"))).toEqual([
      failure(13, "grpc: received unexpected payload format 2"),
      NOT_ENDED,
    ]);
    expect(peer.receive(data(1, "and more"), data(1, "", END_STREAM))).toEqual([]);
    expect(peer.receive(headers(3), data(3, framed("y"), END_STREAM))).toHaveLength(3);
  });
});

describe("a call that waits", () => {
  function waiting(...fields: readonly Header[]): GrpcUnderTest {
    const grpc = new GrpcUnderTest();
    const head = request([":path", "/t.Echo/Wait"], ...fields);
    expect(grpc.peer.receive(headers(1, head), data(1, framed("x"), END_STREAM))).toEqual([]);
    return grpc;
  }

  function callOf(grpc: GrpcUnderTest): GrpcUnderTest["unary"][number]["call"] {
    const [only] = grpc.unary;
    if (only === undefined) throw new Error("no call");
    return only.call;
  }

  test("knows its path, its metadata and its deadline", () => {
    const grpc = waiting(["grpc-timeout", "3S"], ["token", "secret"]);
    const call = callOf(grpc);
    expect(call.path).toBe("/t.Echo/Wait");
    expect(call.metadata("token")).toBe("secret");
    expect(call.metadata("other")).toBeUndefined();
    expect(call.deadlineMs).toBe(grpc.clock.now() + 3000);
    expect(callOf(waiting()).deadlineMs).toBeNull();
  });

  test("is answered once", () => {
    const grpc = waiting();
    const call = callOf(grpc);
    call.respondWith(3, (into, at) => into.set([7, 8, 9], at));
    call.respond(Buffer.from("again"));
    call.respondWith(1, () => expect.unreachable());
    call.fail(13, "too late");
    expect(grpc.peer.turn()).toEqual(echoed(3));
    expect(call.cancelled).toBe(false);
    expect(grpc.told).toEqual([]);
  });

  test("may fail, with any text", () => {
    const grpc = waiting();
    callOf(grpc).fail(5, "nicht da: 100 %\n");
    callOf(grpc).respond(Buffer.from("but"));
    expect(grpc.peer.turn()).toEqual([failure(5, "nicht da: 100 %25%0A")]);
  });

  test("is told once when the client cancels, and then answered in vain", () => {
    const grpc = waiting();
    expect(grpc.peer.receive(rst(1))).toEqual([]);
    expect(callOf(grpc).cancelled).toBe(true);
    callOf(grpc).respond(Buffer.from("late"));
    callOf(grpc).fail(13, "later");
    grpc.peer.connection.closed();
    expect(grpc.peer.turn()).toEqual([]);
    expect(grpc.told).toEqual(["cancelled"]);
  });

  test("is told when the connection goes", () => {
    const grpc = waiting();
    grpc.peer.connection.closed();
    expect(grpc.told).toEqual(["cancelled"]);
  });

  test("is not told when only the sending of its answer is cut short", () => {
    const grpc = waiting();
    grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 0]));
    callOf(grpc).respond(Buffer.from("hello"));
    grpc.peer.turn();
    grpc.peer.receive(rst(1));
    expect(grpc.told).toEqual([]);
    expect(callOf(grpc).cancelled).toBe(false);
  });

  test("expires at its deadline, and no sooner", () => {
    const grpc = waiting(["grpc-timeout", "100m"]);
    grpc.clock.advance(99);
    expect(grpc.peer.turn()).toEqual([]);
    grpc.clock.advance(41);
    expect(grpc.peer.turn()).toEqual([failure(4, "context deadline exceeded")]);
    expect(grpc.told).toEqual(["cancelled"]);
    callOf(grpc).respond(Buffer.from("late"));
    expect(grpc.peer.turn()).toEqual([]);
  });

  test("expires while its request has not arrived whole", () => {
    const grpc = new GrpcUnderTest();
    grpc.peer.receive(headers(1, request(["grpc-timeout", "0n"])), data(1, framed("x")));
    grpc.clock.advance(20);
    expect(grpc.peer.turn()).toEqual([failure(4, "context deadline exceeded"), NOT_ENDED]);
    expect(grpc.peer.receive(data(1, "late", END_STREAM))).toEqual([]);
  });

  test.each(["respond", "fail", "reset", "close"])(
    "keeps no deadline once it is over, by %s",
    (how) => {
      const grpc = waiting(["grpc-timeout", "100m"]);
      if (how === "respond") callOf(grpc).respond(Buffer.from("x"));
      else if (how === "fail") callOf(grpc).fail(13, "x");
      else if (how === "reset") grpc.peer.receive(rst(1));
      else grpc.peer.connection.closed();
      grpc.clock.advance(40);
      expect(grpc.clock.timers).toBe(0);
      const told = grpc.told.length;
      grpc.clock.advance(1000);
      expect(grpc.told).toHaveLength(told);
    },
  );

  test("is answered piece by piece where the client's window is small", () => {
    const grpc = waiting();
    grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 4]));
    callOf(grpc).respond(Buffer.from("hello"));
    expect(grpc.peer.turn()).toEqual([`HEADERS 1 ${HEAD}`, "DATA 1 4"]);
    expect(grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 100]))).toEqual([
      "SETTINGS ACK",
      "DATA 1 6",
      "HEADERS 1 grpc-status=0 END_STREAM",
    ]);
  });

  test("fails when too much waits for this client already", () => {
    const grpc = new GrpcUnderTest({ limits: { heldBytesMax: 10_000 } });
    grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 0]));
    const head = request([":path", "/t.Echo/Wait"]);
    for (const id of [1, 3, 5]) {
      grpc.peer.receive(headers(id, head), data(id, framed("x"), END_STREAM));
    }
    // One may be larger than the bound: it is refused only behind others.
    for (const { call } of grpc.unary) call.respond(Buffer.alloc(20_000));
    expect(grpc.peer.turn()).toEqual([
      `HEADERS 1 ${HEAD}`,
      failure(8, "the client reads too slowly", 3),
      failure(8, "the client reads too slowly", 5),
    ]);
  });
});

describe("memory for requests that have not arrived whole", () => {
  const REFUSED = "too many large requests at once; try again later";
  const BUDGET = 100_000;
  const WAIT = request([":path", "/t.Echo/Wait"]);

  function start(): GrpcUnderTest {
    return new GrpcUnderTest({ budgetBytes: BUDGET, requestBytesMax: 10_000_000 });
  }

  test("is not taken by what was only announced", () => {
    const { peer } = start();
    const announced = framed(Buffer.alloc(1_000_000)).subarray(0, 105);
    for (let id = 1; id < 9; id += 2) {
      expect(peer.receive(headers(id, WAIT), data(id, announced))).toEqual([]);
    }
    expect(peer.connection.streams).toBe(4);
  });

  test("is refused to what is too much together", () => {
    const { peer } = start();
    const body = framed(Buffer.alloc(1_000_000));
    const first = body.subarray(0, 16_384);
    for (const id of [1, 3, 5, 7, 9, 11]) {
      expect(peer.receive(headers(id, WAIT), data(id, first))).toEqual([]);
    }
    expect(peer.receive(headers(13, WAIT), data(13, first))).toEqual([
      failure(8, REFUSED, 13),
      "RST_STREAM 13 NO_ERROR",
    ]);
    // Whoever gives up makes room.
    peer.receive(rst(1));
    expect(peer.receive(headers(15, WAIT), data(15, first))).toEqual([]);
  });

  test("is taken by whole requests too, until their end has come", () => {
    const grpc = start();
    const { peer } = grpc;
    const message = framed(Buffer.alloc(16_000));
    const begin = (id: number): string[] => peer.receive(headers(id, WAIT), data(id, message));
    // Each is a view of a chunk that holds its headers, too.
    for (const id of [1, 3, 5, 7, 9, 11]) expect(begin(id)).toEqual([]);
    expect(begin(13)).toEqual([failure(8, REFUSED, 13), "RST_STREAM 13 NO_ERROR"]);
    peer.receive(data(1, "", END_STREAM));
    expect(grpc.unary).toHaveLength(1);
    expect(begin(15)).toEqual([]);
    // What ends at once is never refused: it takes nothing.
    expect(peer.receive(headers(17, WAIT), data(17, message, END_STREAM))).toEqual([]);
    expect(grpc.unary).toHaveLength(2);
  });

  test.each(["answered", "reset", "failed", "expired"])("comes back when a call is %s", (how) => {
    const grpc = start();
    const { peer } = grpc;
    const head = request([":path", "/t.Echo/Wait"], ["grpc-timeout", "1S"]);
    const body = framed(Buffer.alloc(90_000));
    for (let round = 0; round < 5; round++) {
      const id = 2 * round + 1;
      const frames = Array.from({ length: 5 }, (_, i) =>
        data(id, body.subarray(i * 16_384, (i + 1) * 16_384)),
      );
      expect(peer.receive(headers(id, head), ...frames)).toEqual([]);
      if (how === "answered") {
        peer.receive(data(id, body.subarray(5 * 16_384), END_STREAM));
        grpc.unary.at(-1)?.call.respond(Buffer.alloc(1));
      } else if (how === "reset") peer.receive(rst(id));
      else if (how === "failed") peer.receive(data(id, "", END_STREAM));
      else grpc.clock.advance(1040);
      peer.turn();
      expect(peer.connection.streams).toBe(0);
    }
  });
});
