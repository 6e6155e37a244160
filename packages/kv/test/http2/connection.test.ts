import { describe, expect, test } from "vitest";
import { ConnectionUnderTest } from "./connection-under-test.ts";
import { OK, RecordingHandler } from "./recording-handler.ts";
import {
  ACK,
  block,
  data,
  ENABLE_PUSH,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  HELLO,
  INITIAL_WINDOW_SIZE,
  MAX_FRAME_SIZE,
  PADDED,
  ping,
  PREFACE,
  PRIORITY,
  request,
  rst,
  settings,
  u32,
  windowUpdate,
} from "./wire.ts";

const WHOLE = END_HEADERS | END_STREAM;
const MIB = 1024 * 1024;

function start(): { handler: RecordingHandler; peer: ConnectionUnderTest<unknown> } {
  const handler = new RecordingHandler();
  return { handler, peer: ConnectionUnderTest.ready(handler) };
}

/** Code and last stream of a connection error, without the text for people. */
function withoutText(lines: readonly string[]): string[] {
  return lines.map((line) => (line.startsWith("GOAWAY") ? line.replace(/:.*/, "") : line));
}

/** Sends it all in one chunk, then byte by byte to another connection: both say the same. */
function answers(...frames: readonly Uint8Array[]): string[] {
  const whole = start();
  const lines = withoutText(whole.peer.receive(...frames));
  const cut = start();
  const slow: string[] = [];
  for (const byte of Buffer.concat(frames)) slow.push(...cut.peer.receive(Uint8Array.of(byte)));
  expect(withoutText(slow)).toEqual(lines);
  expect(cut.peer.connection.finished).toBe(whole.peer.connection.finished);
  const died = lines.some((line) => line.startsWith("GOAWAY"));
  expect(whole.peer.connection.finished).toBe(died);
  return lines;
}

describe("the beginning (RFC 9113 §3.4)", () => {
  test("settings and window come first, whatever the client does", () => {
    const peer = new ConnectionUnderTest(new RecordingHandler());
    expect(peer.turn()).toEqual(["SETTINGS", `WINDOW_UPDATE 0 ${16 * MIB - 65_535}`]);
    expect(peer.receive(HELLO)).toEqual(["SETTINGS ACK"]);
  });

  test("no window is announced that the connection has anyway", () => {
    for (const connectionWindowBytes of [65_535, 1000]) {
      const peer = new ConnectionUnderTest(new RecordingHandler(), { connectionWindowBytes });
      expect(peer.turn()).toEqual(["SETTINGS"]);
    }
  });

  test.each([
    ["another protocol", Buffer.from("PRI * HTTP/1.0\r\n\r\nSM\r\n\r\n")],
    ["a preface whose last byte is wrong", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r")],
    ["a ping before the settings", Buffer.concat([PREFACE, ping()])],
    ["a request before the settings", Buffer.concat([PREFACE, headers(1)])],
    ["an acknowledgement before the settings", Buffer.concat([PREFACE, frame("SETTINGS", ACK, 0)])],
  ])("%s is a connection error", (_, bytes) => {
    const peer = new ConnectionUnderTest(new RecordingHandler());
    peer.turn();
    expect(withoutText(peer.receive(bytes))).toEqual(["GOAWAY 0 PROTOCOL_ERROR"]);
    expect(peer.connection.finished).toBe(true);
  });
});

// What frames are answered on a connection without streams: one line for each frame that leaves.
describe("frames by themselves", () => {
  const PROTOCOL = ["GOAWAY 0 PROTOCOL_ERROR"];
  const SIZE = ["GOAWAY 0 FRAME_SIZE_ERROR"];
  const CALM = ["GOAWAY 0 ENHANCE_YOUR_CALM"];

  // prettier-ignore
  test.each<readonly [section: string, what: string, expected: readonly string[], Uint8Array]>([
    ["4.1", "an unknown type is ignored", [], frame(0x16, 0xff, 3, [1, 2, 3])],
    ["4.1", "undefined flags are ignored", ["PING ACK 12345678"], frame("PING", 0xfe, 0, Buffer.from("12345678"))],
    ["4.1", "the reserved bit of a stream id is ignored", ["PING ACK 12345678"], frame("PING", 0, 0x8000_0000, Buffer.from("12345678"))],
    ["4.2", "16,385 bytes are too many", SIZE, frame(0x16, 0, 0, Buffer.alloc(16_385))],
    ["6.1", "data on the connection", PROTOCOL, data(0, "x")],
    ["6.1", "data of an idle stream", PROTOCOL, data(1, "x")],
    ["6.1", "data of a server's stream", PROTOCOL, data(2, "x")],
    ["6.2", "headers on the connection", PROTOCOL, headers(0)],
    ["6.2", "headers of a server's stream", PROTOCOL, headers(2)],
    ["6.2", "headers too short for a priority", SIZE, headers(1, Buffer.alloc(4), PRIORITY | END_HEADERS)],
    ["6.2", "headers too short for a pad length", SIZE, headers(1, Buffer.alloc(0), PADDED | END_HEADERS)],
    ["6.2", "headers with more padding than payload", PROTOCOL, headers(1, Buffer.of(3, 0, 0), PADDED | END_HEADERS)],
    ["6.3", "a priority on the connection", PROTOCOL, frame("PRIORITY", 0, 0, Buffer.alloc(5))],
    ["6.3", "a priority of an idle stream is ignored", [], frame("PRIORITY", 0, 5, Buffer.alloc(5))],
    ["6.3", "a priority of 4 bytes of a stream that cannot be reset", SIZE, frame("PRIORITY", 0, 1, Buffer.alloc(4))],
    ["6.4", "a reset on the connection", PROTOCOL, rst(0)],
    ["6.4", "a reset of an idle stream", PROTOCOL, rst(1)],
    ["6.4", "a reset of a server's stream", PROTOCOL, rst(2)],
    ["6.4", "a reset of 5 bytes", SIZE, frame("RST_STREAM", 0, 1, Buffer.alloc(5))],
    ["6.5", "settings are acknowledged", ["SETTINGS ACK"], settings([77, 5])],
    ["6.5", "settings of a stream", PROTOCOL, frame("SETTINGS", 0, 1)],
    ["6.5", "settings of 5 bytes", SIZE, frame("SETTINGS", 0, 0, Buffer.alloc(5))],
    ["6.5", "an acknowledgement", [], frame("SETTINGS", ACK, 0)],
    ["6.5", "an acknowledgement that says something", SIZE, frame("SETTINGS", ACK, 0, Buffer.alloc(6))],
    ["6.5.2", "push neither off nor on", PROTOCOL, settings([ENABLE_PUSH, 2])],
    ["6.5.2", "a window of 2^31", ["GOAWAY 0 FLOW_CONTROL_ERROR"], settings([INITIAL_WINDOW_SIZE, 2 ** 31])],
    ["6.5.2", "a window of 2^31 - 1", ["SETTINGS ACK"], settings([INITIAL_WINDOW_SIZE, 2 ** 31 - 1])],
    ["6.5.2", "frames of 16,383 bytes", PROTOCOL, settings([MAX_FRAME_SIZE, 16_383])],
    ["6.5.2", "frames of 2^24 bytes", PROTOCOL, settings([MAX_FRAME_SIZE, 2 ** 24])],
    ["6.5.2", "frames of 2^24 - 1 bytes", ["SETTINGS ACK"], settings([MAX_FRAME_SIZE, 2 ** 24 - 1])],
    ["6.5.2", "the wrong value of two", PROTOCOL, settings([ENABLE_PUSH, 7], [ENABLE_PUSH, 0])],
    ["6.6", "a push from a client", PROTOCOL, frame("PUSH_PROMISE", END_HEADERS, 1, u32(2))],
    ["6.7", "a ping is answered", ["PING ACK 12345678"], ping()],
    ["6.7", "a ping of a stream", PROTOCOL, frame("PING", 0, 1, Buffer.alloc(8))],
    ["6.7", "a ping of 7 bytes", SIZE, frame("PING", 0, 0, Buffer.alloc(7))],
    ["6.7", "an answer to no ping", [], frame("PING", ACK, 0, Buffer.alloc(8))],
    ["6.8", "a goaway", [], frame("GOAWAY", 0, 0, u32(0, 0))],
    ["6.8", "a goaway of a stream", PROTOCOL, frame("GOAWAY", 0, 1, u32(0, 0))],
    ["6.8", "a goaway of 7 bytes", SIZE, frame("GOAWAY", 0, 0, Buffer.alloc(7))],
    ["6.9", "a window update of 3 bytes", SIZE, frame("WINDOW_UPDATE", 0, 0, Buffer.alloc(3))],
    ["6.9", "a window update of 0", PROTOCOL, windowUpdate(0, 0)],
    ["6.9", "a window update of 0 beside the reserved bit", PROTOCOL, windowUpdate(0, 2 ** 31)],
    ["6.9", "a window update of an idle stream", PROTOCOL, windowUpdate(1, 1)],
    ["6.9", "a window update of a server's stream", PROTOCOL, windowUpdate(2, 1)],
    ["6.9.1", "a window of 2^31 - 1", [], windowUpdate(0, 2 ** 31 - 1 - 65_535)],
    ["6.9.1", "a window of 2^31", ["GOAWAY 0 FLOW_CONTROL_ERROR"], windowUpdate(0, 2 ** 31 - 65_535)],
    ["6.10", "a continuation of nothing", PROTOCOL, frame("CONTINUATION", END_HEADERS, 1, request())],
    ["6.10", "a continuation on the connection", PROTOCOL, frame("CONTINUATION", END_HEADERS, 0)],
    ["6.10", "another stream's continuation", PROTOCOL, Buffer.concat([headers(1, request(), 0), frame("CONTINUATION", END_HEADERS, 3)])],
    ["6.10", "a ping within a header block", PROTOCOL, Buffer.concat([headers(1, request(), 0), ping()])],
    ["6.10", "an unknown frame within a header block", PROTOCOL, Buffer.concat([headers(1, request(), 0), frame(0x16, 0, 1)])],
    ["6.10", "a header block without end", CALM, Buffer.concat([headers(1, request(), 0), ...Array.from({ length: 65 }, () => frame("CONTINUATION", 0, 1))])],
    ["6.10", "a header block larger than 64 KiB", CALM, Buffer.concat([headers(1, request(), 0), ...Array.from({ length: 4 }, () => frame("CONTINUATION", 0, 1, Buffer.alloc(16_384)))])],
    ["4.3", "a header block that cannot be decoded", ["GOAWAY 1 COMPRESSION_ERROR"], headers(1, Buffer.of(0x80))],
  ])("§%s: %s", (_section, _what, expected, bytes) => {
    expect(answers(bytes)).toEqual(expected);
  });
});

// RFC 9113 §5.1: what may come in which state. Stream 1 is brought there, then the frame comes.
describe("states of a stream", () => {
  type State = "idle" | "open" | "half-closed" | "reset by the peer" | "closed" | "reset by us";
  const STATES: Readonly<Record<State, (started: ReturnType<typeof start>) => void>> = {
    // A greater id would close it.
    idle: () => {},
    open: ({ peer }) => void peer.receive(headers(1)),
    "half-closed": ({ peer }) => void peer.receive(headers(1, request(), WHOLE)),
    "reset by the peer": ({ peer }) => void peer.receive(headers(1), rst(1)),
    closed: ({ handler, peer }) => {
      peer.receive(headers(1, request(), WHOLE));
      handler.answer(1, Buffer.from("yes"));
      peer.turn();
    },
    "reset by us": ({ handler, peer }) => {
      peer.receive(headers(1));
      handler.stream(1).reset(2);
      peer.turn();
    },
  };
  const FRAMES = {
    DATA: data(1, "x"),
    HEADERS: headers(1, block(["x", "y"]), WHOLE),
    PRIORITY: frame("PRIORITY", 0, 1, Buffer.alloc(5)),
    "PRIORITY of 4 bytes": frame("PRIORITY", 0, 1, Buffer.alloc(4)),
    RST_STREAM: rst(1),
    WINDOW_UPDATE: windowUpdate(1, 10),
    "WINDOW_UPDATE of 0": windowUpdate(1, 0),
    CONTINUATION: frame("CONTINUATION", END_HEADERS, 1),
  };
  const CONNECTION = ["GOAWAY 0 PROTOCOL_ERROR"];
  const CONNECTION_1 = ["GOAWAY 1 PROTOCOL_ERROR"];
  const CLOSED = ["RST_STREAM 1 STREAM_CLOSED"];
  const CLOSED_CONNECTION = ["GOAWAY 1 STREAM_CLOSED"];
  const SIZE = ["RST_STREAM 1 FRAME_SIZE_ERROR"];
  const BROKEN = ["RST_STREAM 1 PROTOCOL_ERROR"];

  const TABLE: Readonly<Record<State, Readonly<Record<keyof typeof FRAMES, readonly string[]>>>> = {
    idle: {
      DATA: CONNECTION,
      HEADERS: BROKEN, // a request, and none as it should be
      PRIORITY: [],
      "PRIORITY of 4 bytes": ["GOAWAY 0 FRAME_SIZE_ERROR"],
      RST_STREAM: CONNECTION,
      WINDOW_UPDATE: CONNECTION,
      "WINDOW_UPDATE of 0": CONNECTION,
      CONTINUATION: CONNECTION,
    },
    open: {
      DATA: [],
      HEADERS: [],
      PRIORITY: [],
      "PRIORITY of 4 bytes": SIZE,
      RST_STREAM: [],
      WINDOW_UPDATE: [],
      "WINDOW_UPDATE of 0": BROKEN,
      CONTINUATION: CONNECTION_1,
    },
    "half-closed": {
      DATA: CLOSED,
      HEADERS: CLOSED,
      PRIORITY: [],
      "PRIORITY of 4 bytes": SIZE,
      RST_STREAM: [],
      WINDOW_UPDATE: [],
      "WINDOW_UPDATE of 0": BROKEN,
      CONTINUATION: CONNECTION_1,
    },
    "reset by the peer": {
      DATA: CLOSED,
      HEADERS: CLOSED_CONNECTION,
      PRIORITY: [],
      "PRIORITY of 4 bytes": SIZE,
      RST_STREAM: [],
      WINDOW_UPDATE: [],
      "WINDOW_UPDATE of 0": [],
      CONTINUATION: CONNECTION_1,
    },
    closed: {
      DATA: CLOSED,
      HEADERS: CLOSED_CONNECTION,
      PRIORITY: [],
      "PRIORITY of 4 bytes": SIZE,
      RST_STREAM: [],
      WINDOW_UPDATE: [],
      "WINDOW_UPDATE of 0": [],
      CONTINUATION: CONNECTION_1,
    },
    // The peer may have sent it before it knew.
    "reset by us": {
      DATA: [],
      HEADERS: [],
      PRIORITY: [],
      "PRIORITY of 4 bytes": SIZE,
      RST_STREAM: [],
      WINDOW_UPDATE: [],
      "WINDOW_UPDATE of 0": [],
      CONTINUATION: CONNECTION_1,
    },
  };

  const names = Object.keys(FRAMES) as (keyof typeof FRAMES)[];
  test.each(
    (Object.keys(STATES) as State[]).flatMap((state) =>
      names.map((name) => [state, name] as const),
    ),
  )("%s: %s", (state, name) => {
    const started = start();
    STATES[state](started);
    started.handler.take();
    const lines = withoutText(started.peer.receive(FRAMES[name]));
    expect(lines).toEqual(TABLE[state][name]);
    const over = lines.length > 0 || name === "RST_STREAM";
    const wasOpen = state === "open" || state === "half-closed";
    const told = started.handler.take();
    // Whoever serves the stream hears of its end once, and of nothing else.
    if (wasOpen) expect(told.filter((line) => line === "aborted 1")).toHaveLength(over ? 1 : 0);
    else expect(told).toEqual([]);
    expect(started.peer.connection.streams).toBe(wasOpen && !over ? 1 : 0);
  });

  test("the state after a bad priority of a server's stream is none that can be reset", () => {
    const { peer } = start();
    peer.receive(headers(5));
    expect(withoutText(peer.receive(frame("PRIORITY", 0, 2, Buffer.alloc(4))))).toEqual([
      "GOAWAY 5 FRAME_SIZE_ERROR",
    ]);
  });

  test("an id that was passed over is closed, and cannot be used any more (§5.1.1)", () => {
    const { peer } = start();
    expect(peer.receive(headers(5), rst(3), windowUpdate(3, 1))).toEqual([]);
    expect(peer.receive(data(3, "x"))).toEqual(["RST_STREAM 3 STREAM_CLOSED"]);
    expect(withoutText(start().peer.receive(headers(5), headers(3)))).toEqual([
      "GOAWAY 5 STREAM_CLOSED",
    ]);
  });

  test("as many resets are remembered as there may be streams", () => {
    const handler = new RecordingHandler();
    const peer = ConnectionUnderTest.ready(handler, { streamsMax: 3 });
    for (const id of [1, 3, 5, 7]) {
      peer.receive(headers(id));
      handler.stream(id).reset(2);
    }
    peer.turn();
    expect(peer.receive(data(3, "x"), data(5, "x"), data(7, "x"))).toEqual([]);
    expect(peer.receive(data(1, "x"))).toEqual(["RST_STREAM 1 STREAM_CLOSED"]);
  });
});

describe("a request", () => {
  test("is told piece by piece, without its padding", () => {
    const { handler, peer } = start();
    const padded = Buffer.concat([Buffer.of(3), Buffer.from("abcd"), Buffer.alloc(3)]);
    const onlyPadding = Buffer.concat([Buffer.of(3), Buffer.alloc(3)]);
    const withPriority = Buffer.concat([Buffer.of(2), Buffer.alloc(5), request(), Buffer.alloc(2)]);
    peer.receive(
      headers(1, withPriority, END_HEADERS | PADDED | PRIORITY),
      data(1, padded, PADDED),
      data(1, onlyPadding, PADDED),
      data(1, "xyz"),
      data(1, "", END_STREAM),
    );
    expect(handler.take()).toEqual([
      "begin 1 /t.Echo/Say",
      "received 1 4",
      "received 1 3",
      "halfClosed 1",
    ]);
  });

  test.each([
    ["data", [headers(1), data(1, "abc", END_STREAM)]],
    ["headers", [headers(1, request(), WHOLE)]],
    ["trailers", [headers(1), data(1, "abc"), headers(1, block(["x", "y"]), WHOLE)]],
    [
      "trailers in pieces",
      [
        headers(1),
        headers(1, block(["x", "y"]), END_STREAM),
        frame("CONTINUATION", END_HEADERS, 1),
      ],
    ],
    [
      "headers in pieces",
      [
        headers(1, request().subarray(0, 20), END_STREAM),
        frame("CONTINUATION", 0, 1, request().subarray(20, 20)),
        frame("CONTINUATION", END_HEADERS, 1, request().subarray(20)),
      ],
    ],
  ])("ends with %s", (_, frames) => {
    const { handler, peer } = start();
    expect(peer.receive(...frames)).toEqual([]);
    expect(handler.take().at(-1)).toBe("halfClosed 1");
    handler.answer(1, Buffer.from("hello"));
    expect(peer.turn()).toEqual(["HEADERS 1 :status=200", "DATA 1 5", "DATA 1 0 END_STREAM"]);
    expect(peer.connection.streams).toBe(0);
  });

  // The peer has closed its side: a reset behind our end would come for a stream it has forgotten.
  test("that is whole is not reset behind an answer given at once", () => {
    const { handler, peer } = start();
    handler.onBegin = (stream) => stream.headers(OK, true);
    expect(peer.receive(headers(1, request(), WHOLE))).toEqual([
      "HEADERS 1 :status=200 END_STREAM",
    ]);
    expect(handler.take()).toEqual(["begin 1 /t.Echo/Say"]);
  });

  test("that is not whole is reset without an error behind its answer (§8.1)", () => {
    const { handler, peer } = start();
    handler.onBegin = (stream) => stream.headers(OK, true);
    expect(peer.receive(headers(1), data(1, "still coming"))).toEqual([
      "HEADERS 1 :status=200 END_STREAM",
      "RST_STREAM 1 NO_ERROR",
    ]);
    expect(handler.take()).toEqual(["begin 1 /t.Echo/Say"]);
  });

  test("that was cancelled can be answered in vain", () => {
    const { handler, peer } = start();
    peer.receive(headers(1, request(), WHOLE), rst(1));
    expect(handler.take()).toEqual(["begin 1 /t.Echo/Say", "halfClosed 1", "aborted 1"]);
    handler.answer(1, Buffer.from("hello"));
    handler.stream(1).reset(8);
    expect(handler.stream(1).reserve(null, 1, null)).toBe(-1);
    expect(peer.turn()).toEqual([]);
  });

  test("beyond the streams that may be open is refused, and its body with it", () => {
    const handler = new RecordingHandler();
    const peer = ConnectionUnderTest.ready(handler, { streamsMax: 2 });
    expect(peer.receive(headers(1), headers(3), headers(5), data(5, "x"))).toEqual([
      "RST_STREAM 5 REFUSED_STREAM",
    ]);
    expect(peer.receive(rst(1), headers(7))).toEqual([]);
    expect(peer.connection.streams).toBe(2);
  });

  test("is known again by its bytes, as long as the header table is the same", () => {
    const { handler, peer } = start();
    const adding = Buffer.concat([request(), Buffer.from([0x40, 1, 0x78, 1, 0x79])]);
    peer.receive(headers(1, request(), WHOLE), headers(3, request(), WHOLE));
    expect(handler.routed).toBe(1);
    // Blocks that change the table are decoded each time, and so is what comes behind them.
    peer.receive(headers(5, adding, WHOLE), headers(7, adding, WHOLE));
    expect(handler.routed).toBe(3);
    peer.receive(headers(9, request(), WHOLE), headers(11, request(), WHOLE));
    expect(handler.routed).toBe(4);
    // The same bytes, another meaning: the newest entry of the table.
    const newest = Buffer.concat([request(), Buffer.of(0xbe)]);
    const other = Buffer.concat([request(), Buffer.from([0x40, 1, 0x78, 1, 0x7a])]);
    const values: (string | undefined)[] = [];
    const watching = new RecordingHandler();
    const route = (
      head: Parameters<typeof watching.route>[0],
    ): ReturnType<typeof watching.route> => {
      values.push(head.fields.at(-1)?.value);
      return head;
    };
    const second = ConnectionUnderTest.ready({ route, begin: watching.begin.bind(watching) });
    second.receive(headers(1, adding, WHOLE), headers(3, newest, WHOLE));
    second.receive(headers(5, other, WHOLE), headers(7, newest, WHOLE));
    expect(values).toEqual(["y", "y", "z", "z"]);
  });

  test("with more headers than allowed is answered with 431, and later ones are served", () => {
    const handler = new RecordingHandler();
    const peer = ConnectionUnderTest.ready(handler, { headerListBytesMax: 400 });
    const large = request(["x", "y".repeat(300)]);
    expect(peer.receive(headers(1, large, WHOLE), headers(3, large))).toEqual([
      "HEADERS 1 :status=431 END_STREAM",
      "HEADERS 3 :status=431 END_STREAM",
      "RST_STREAM 3 NO_ERROR",
    ]);
    expect(handler.take()).toEqual([]);
    peer.receive(headers(5, request(), WHOLE));
    expect(handler.take()).toEqual(["begin 5 /t.Echo/Say", "halfClosed 5"]);
  });
});

// RFC 9113 §8.1.1: what is malformed ends the stream, and only the stream.
describe("a malformed request", () => {
  const RESET = ["RST_STREAM 1 PROTOCOL_ERROR"];

  // prettier-ignore
  test.each<readonly [what: string, expected: readonly string[], frames: readonly Uint8Array[]]>([
    ["no fields at all", RESET, [headers(1, Buffer.alloc(0), WHOLE)]],
    ["data for a content-length of 0", RESET, [headers(1, request(["content-length", "0"])), data(1, "x")]],
    ["more data than the content-length", RESET, [headers(1, request(["content-length", "3"])), data(1, "ab"), data(1, "cd")]],
    ["less data than the content-length", RESET, [headers(1, request(["content-length", "3"])), data(1, "ab", END_STREAM)]],
    ["less data before trailers", RESET, [headers(1, request(["content-length", "3"])), data(1, "ab"), headers(1, block(["x", "y"]), WHOLE)]],
    ["a content-length without data", RESET, [headers(1, request(["content-length", "3"]), WHOLE)]],
    ["data of the content-length", [], [headers(1, request(["content-length", "3"])), data(1, "ab"), data(1, "c", END_STREAM)]],
    ["padding does not count for it", [], [headers(1, request(["content-length", "1"])), data(1, Buffer.of(1, 0x78, 0), PADDED | END_STREAM)]],
    ["trailers that are not the end", RESET, [headers(1), headers(1, block(["x", "y"]))]],
    ["trailers with a pseudo-field", RESET, [headers(1), headers(1, block([":path", "/"]), WHOLE)]],
    ["trailers with an empty pseudo-field", RESET, [headers(1), headers(1, block([":authority", ""]), WHOLE)]],
    ["trailers with an upper-case name", RESET, [headers(1), headers(1, block(["X", "y"]), WHOLE)]],
    ["trailers with a connection field", RESET, [headers(1), headers(1, block(["connection", "close"]), WHOLE)]],
  ])("%s", (_, expected, frames) => {
    const { handler, peer } = start();
    expect(peer.receive(...frames)).toEqual(expected);
    // The connection goes on, and its header table is in step.
    handler.take();
    peer.receive(headers(3, request(), WHOLE));
    expect(handler.take()).toEqual(["begin 3 /t.Echo/Say", "halfClosed 3"]);
  });
});
