import { describe, expect, test } from "vitest";
import type { Http2Limits } from "../../src/http2/limits.ts";
import { ConnectionUnderTest } from "./connection-under-test.ts";
import { OK, RecordingHandler } from "./recording-handler.ts";
import {
  ACK,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  INITIAL_WINDOW_SIZE,
  ping,
  request,
  rst,
  settings,
  windowUpdate,
} from "./wire.ts";

const WHOLE = END_HEADERS | END_STREAM;
const MOST = 20;

interface Started {
  readonly handler: RecordingHandler;
  readonly peer: ConnectionUnderTest<unknown>;
}

function start(limits: Partial<Http2Limits> = {}): Started {
  const handler = new RecordingHandler();
  return { handler, peer: ConnectionUnderTest.ready(handler, limits) };
}

/** Sends the nuisance until the connection ends; answers how many it took, or null for 1,000. */
function endures({ peer }: Started, nuisance: (i: number) => Uint8Array): number | null {
  for (let i = 0; i < 1000; i++) {
    const lines = peer.receive(nuisance(i));
    if (!peer.connection.finished) continue;
    expect(lines.at(-1)).toMatch(/^GOAWAY \d+ ENHANCE_YOUR_CALM: too_many_/);
    return i;
  }
  return null;
}

const id = (i: number): number => 2 * i + 3;

describe("what is cheap to send and changes nothing", () => {
  test.each<readonly [what: string, (i: number) => Uint8Array]>([
    ["settings", () => settings()],
    ["changes of the window", (i) => settings([INITIAL_WINDOW_SIZE, i])],
    ["acknowledgements", () => frame("SETTINGS", ACK, 0)],
    ["priorities", () => frame("PRIORITY", 0, 1, Buffer.alloc(5))],
    ["unknown frames", () => frame(99, 0, 0, Buffer.alloc(3))],
    ["data without bytes", () => data(1, "")],
    ["data that is padding", () => frame("DATA", 8, 1, [2, 0, 0])],
  ])("%s: the connection ends at one too many in ten seconds", (_, nuisance) => {
    const started = start({ idleFramesMax: MOST });
    started.peer.receive(headers(1));
    started.peer.now += 123;
    expect(endures(started, nuisance)).toBe(MOST);
    expect(started.handler.take()).toEqual(["begin 1 /t.Echo/Say", "aborted 1"]);
    const patient = start({ idleFramesMax: MOST });
    patient.peer.receive(headers(1));
    const slowly = (i: number): Uint8Array => {
      if (i % MOST === 0) patient.peer.now += 10_000;
      return nuisance(i);
    };
    expect(endures(patient, slowly)).toBeNull();
  });
});

// Rapid reset, and its relatives in which the peer makes us reset the stream.
describe("streams that end early", () => {
  // prettier-ignore
  test.each<readonly [what: string, (i: number) => Uint8Array[]]>([
    ["reset by the peer", (i) => [headers(id(i), request(), WHOLE), rst(id(i))]],
    ["malformed", (i) => [headers(id(i), Buffer.alloc(0), WHOLE)]],
    ["a window update of 0", (i) => [headers(id(i)), windowUpdate(id(i), 0)]],
    ["a window too large", (i) => [headers(id(i)), windowUpdate(id(i), 2 ** 31 - 1)]],
    ["a priority of 4 bytes", (i) => [headers(id(i)), frame("PRIORITY", 0, id(i), [0, 0, 0, 0])]],
    ["more data than announced", (i) => [headers(id(i), request(["content-length", "0"])), data(id(i), "x")]],
    ["data behind the end", (i) => [headers(id(i), request(), WHOLE), data(id(i), "x")]],
    ["headers behind the end", (i) => [headers(id(i), request(), WHOLE), headers(id(i), request(), WHOLE)]],
  ])("%s: the connection ends at one too many in ten seconds", (_, nuisance) => {
    const started = start({ resetsMax: MOST });
    started.peer.now += 123;
    expect(endures(started, (i) => Buffer.concat(nuisance(i)))).toBe(MOST);
    expect(started.peer.connection.streams).toBe(0);
  });

  test("refused: the connection ends at one too many in ten seconds", () => {
    const started = start({ resetsMax: MOST, streamsMax: 1 });
    started.peer.receive(headers(1));
    expect(endures(started, (i) => headers(id(i)))).toBe(MOST);
  });

  test("each handler of a rapidly reset stream hears of it", () => {
    const { handler, peer } = start();
    for (let i = 0; i < 100; i++) peer.receive(headers(id(i), request(), WHOLE), rst(id(i)));
    expect(handler.take().filter((line) => line.startsWith("aborted"))).toHaveLength(100);
    expect(peer.connection.streams).toBe(0);
  });
});

describe("pings", () => {
  const limits = { pingIntervalMillisMin: 5000 };
  const PONG = ["PING ACK 12345678"];
  const ENOUGH = expect.stringMatching(/^GOAWAY \d+ ENHANCE_YOUR_CALM: too_many_pings$/);

  test("without streams: the third too early within two hours ends the connection", () => {
    const { peer } = start(limits);
    for (let i = 0; i < 3; i++) {
      expect(peer.receive(ping())).toEqual(PONG);
      peer.now += 3_600_000;
    }
    expect(peer.receive(ping())).toEqual([ENOUGH]);
  });

  test("with streams: as often as the interval says", () => {
    const { peer } = start(limits);
    peer.receive(headers(1));
    for (let i = 0; i < 20; i++) {
      expect(peer.receive(ping())).toEqual(PONG);
      peer.now += 5000;
    }
    expect(peer.receive(ping(), ping())).toEqual([...PONG, ...PONG]);
    expect(peer.receive(ping(), ping())).toEqual([...PONG, ENOUGH]);
  });

  test("without streams as often, where that is allowed", () => {
    const { peer } = start({ ...limits, pingWithoutStreams: true });
    for (let i = 0; i < 20; i++) {
      expect(peer.receive(ping())).toEqual(PONG);
      peer.now += 5000;
    }
  });

  test("what we send forgives them, once", () => {
    const { handler, peer } = start(limits);
    peer.receive(headers(1, request(), WHOLE));
    handler.stream(1).headers(OK, false);
    for (let i = 0; i < 20; i++) {
      handler.stream(1).data([Buffer.of(1)]);
      peer.turn();
      expect(peer.receive(ping(), ping())).toEqual([...PONG, ...PONG]);
    }
    expect(peer.receive(ping())).toEqual(PONG);
    expect(peer.receive(ping())).toEqual([ENOUGH]);
  });
});
