import { describe, expect, test } from "vitest";
import type { Http2Limits } from "../../src/http2/limits.ts";
import { ConnectionUnderTest } from "./connection-under-test.ts";
import { RecordingHandler } from "./recording-handler.ts";
import {
  ACK,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  HELLO,
  INITIAL_WINDOW_SIZE,
  ping,
  PREFACE,
  request,
  settings,
} from "./wire.ts";

const WHOLE = END_HEADERS | END_STREAM;
const LAST = 2 ** 31 - 1;
const DRAIN = "qdrain\0\x01";
const PONG = frame("PING", ACK, 0, Buffer.from(DRAIN, "latin1"));
const ANNOUNCED = [`GOAWAY ${LAST} NO_ERROR`, `PING ${DRAIN}`];

interface Started {
  readonly handler: RecordingHandler;
  readonly peer: ConnectionUnderTest<unknown>;
}

function start(limits: Partial<Http2Limits> = {}): Started {
  const handler = new RecordingHandler();
  return { handler, peer: ConnectionUnderTest.ready(handler, limits) };
}

function shutDown({ peer }: Started): string[] {
  peer.connection.shutDown();
  return peer.turn();
}

describe("a graceful end (RFC 9113 §6.8)", () => {
  test("requests that were on their way are served, later ones refused", () => {
    const started = start();
    const { handler, peer } = started;
    peer.receive(headers(1, request(), WHOLE));
    expect(shutDown(started)).toEqual(ANNOUNCED);
    expect(peer.receive(headers(3, request(), WHOLE))).toEqual([]);
    expect(peer.receive(PONG)).toEqual(["GOAWAY 3 NO_ERROR"]);
    expect(peer.receive(headers(5, request(), WHOLE))).toEqual(["RST_STREAM 5 REFUSED_STREAM"]);
    handler.answer(1, Buffer.from("one"));
    peer.turn();
    expect(peer.connection.finished).toBe(false);
    handler.answer(3, Buffer.from("three"));
    expect(peer.turn()).toEqual(["HEADERS 3 :status=200", "DATA 3 5", "DATA 3 0 END_STREAM"]);
    expect(peer.connection.finished).toBe(true);
  });

  test("without streams it ends with the peer's answer", () => {
    const started = start();
    shutDown(started);
    expect(started.peer.receive(frame("PING", ACK, 0, Buffer.alloc(8)))).toEqual([]);
    expect(started.peer.connection.finished).toBe(false);
    expect(started.peer.receive(PONG, ping())).toEqual(["GOAWAY 0 NO_ERROR"]);
    expect(started.peer.connection.finished).toBe(true);
  });

  test("a peer that does not answer the ping is not waited for long", () => {
    const started = start({ keepaliveAnswerMillis: 20_000 });
    shutDown(started);
    expect(started.peer.pass(19_000)).toEqual([]);
    expect(started.peer.pass(1000)).toEqual(["GOAWAY 0 NO_ERROR"]);
    expect(started.peer.connection.finished).toBe(true);
  });

  test("a request whose answer waits for a window is served", () => {
    const started = start();
    const { handler, peer } = started;
    peer.receive(settings([INITIAL_WINDOW_SIZE, 2]), headers(1, request(), WHOLE));
    handler.answer(1, Buffer.from("hello"));
    peer.turn();
    shutDown(started);
    peer.receive(PONG);
    expect(peer.connection.finished).toBe(false);
    expect(peer.receive(settings([INITIAL_WINDOW_SIZE, 9]))).toEqual([
      "SETTINGS ACK",
      "DATA 1 3 END_STREAM",
    ]);
    expect(peer.connection.finished).toBe(true);
  });

  test("it is announced once, and an answer to no announcement means nothing", () => {
    const started = start();
    expect(started.peer.receive(PONG)).toEqual([]);
    expect(shutDown(started)).toEqual(ANNOUNCED);
    expect(shutDown(started)).toEqual([]);
  });

  test("an error behind it names no later stream than was named before", () => {
    const started = start();
    const { peer } = started;
    peer.receive(headers(1));
    shutDown(started);
    peer.receive(PONG, headers(7));
    expect(peer.receive(data(9, "x"))).toEqual([
      "GOAWAY 1 PROTOCOL_ERROR: data for an idle stream",
    ]);
  });
});

describe("a connection that ends in the middle", () => {
  test("aborts every stream once; what comes behind is not read", () => {
    const { handler, peer } = start();
    peer.receive(headers(1), headers(3, request(), WHOLE));
    handler.take();
    expect(peer.receive(data(5, "idle"), headers(7))).toHaveLength(1);
    expect(peer.receive(headers(9))).toEqual([]);
    peer.connection.closed();
    expect(handler.take()).toEqual(["aborted 1", "aborted 3"]);
    handler.answer(3, Buffer.from("in vain"));
    expect(peer.turn()).toEqual([]);
  });

  test("because the peer left: what was answered in this turn is still written", () => {
    const { handler, peer } = start();
    peer.connection.receive(headers(1, request(), WHOLE));
    handler.answer(1, Buffer.from("hello"));
    peer.connection.closed();
    expect(peer.turn()).toEqual(["HEADERS 1 :status=200", "DATA 1 5", "DATA 1 0 END_STREAM"]);
  });

  test("because the peer left: a turn is wanted, in which the socket is ended", () => {
    const { peer } = start();
    expect(peer.wantsFlush).toBe(false);
    peer.connection.closed();
    expect(peer.wantsFlush).toBe(true);
    expect(peer.turn()).toEqual([]);
  });
});

describe("time", () => {
  test("a client that does not introduce itself is given up", () => {
    for (const hello of [PREFACE.subarray(0, 23), PREFACE]) {
      const handler = new RecordingHandler();
      const peer = new ConnectionUnderTest(handler, { prefaceMillis: 10_000 });
      peer.turn();
      peer.receive(hello);
      expect(peer.pass(9000)).toEqual([]);
      expect(peer.pass(1000)).toEqual(["GOAWAY 0 SETTINGS_TIMEOUT: no preface"]);
    }
    const peer = new ConnectionUnderTest(new RecordingHandler(), { prefaceMillis: 10_000 });
    peer.receive(HELLO);
    expect(peer.pass(20_000)).toEqual([]);
  });

  test("a silent client is asked, and given up when it does not answer", () => {
    const { handler, peer } = start({ keepaliveMillis: 60_000, keepaliveAnswerMillis: 20_000 });
    peer.receive(headers(1));
    handler.take();
    const asked = ["PING qalive\0\x01"];
    expect(peer.pass(60_000)).toEqual([]);
    expect(peer.pass(1000)).toEqual(asked);
    expect(peer.pass(19_000)).toEqual([]);
    // Whatever it says is an answer.
    peer.receive(data(1, "x"));
    expect(peer.pass(61_000)).toEqual(asked);
    expect(peer.pass(19_000)).toEqual([]);
    expect(peer.pass(1000)).toEqual(["GOAWAY 1 NO_ERROR: keepalive"]);
    expect(handler.take()).toEqual(["received 1 1", "aborted 1"]);
  });

  test("a connection without streams is closed gracefully, where that is wished", () => {
    const { handler, peer } = start({ idleMillis: 30_000 });
    peer.receive(headers(1, request(), WHOLE));
    expect(peer.pass(100_000)).toEqual([]);
    handler.answer(1, Buffer.from("hello"));
    peer.turn();
    expect(peer.pass(29_000)).toEqual([]);
    expect(peer.pass(1000)).toEqual(ANNOUNCED);
  });
});
