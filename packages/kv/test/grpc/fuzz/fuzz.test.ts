import { Prng } from "@quorate/core";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Deadlines } from "../../../src/grpc/deadlines.ts";
import { startGrpcServer } from "../../../src/grpc/index.ts";
import { RequestBudget } from "../../../src/service/request-budget.ts";
import { GrpcHandler } from "../../../src/grpc/request-handler.ts";
import type { Services } from "../../../src/grpc/service.ts";
import { ConnectionUnderTest } from "../../http2/connection-under-test.ts";
import { FakeClock } from "../../http2/fake-clock.ts";
import { RawClient, until } from "../../http2/raw-client.ts";
import { data, END_STREAM, headers, HELLO, ping } from "../../http2/wire.ts";
import { framed } from "../grpc-under-test.ts";
import { ClientModel } from "./client-model.ts";
import { cut, mutateBytes, mutateFields } from "./mutations.ts";
import { SessionGenerator } from "./session-generator.ts";

const SESSIONS = Number(process.env["QUORATE_FUZZ_SESSIONS"] ?? 1000);
const FIRST_SEED = Number(process.env["QUORATE_FUZZ_SEED"] ?? 1);
const TIMEOUT_MILLIS = 60_000 + SESSIONS * 20;

const BUDGET_BYTES = 100_000;

/** Calls that have begun, and of these the ones whose handlers know how they ended. */
interface Calls {
  begun: number;
  ended: number;
}

/** Echoes of every kind; `later` holds what is to be answered in another turn. */
function echoServices(calls: Calls, later: (() => void)[]): Services {
  return new Map([
    [
      "/t.Echo/Say",
      {
        kind: "unary",
        handle: (request, call) => {
          calls.begun++;
          calls.ended++;
          call.respond(request);
        },
      },
    ],
    [
      "/t.Echo/Wait",
      {
        kind: "unary",
        handle: (request, call) => {
          calls.begun++;
          call.onCancel(() => calls.ended++);
          later.push(() => {
            if (call.cancelled) return;
            calls.ended++;
            call.respondWith(request.length, (into, at) => into.set(request, at));
          });
        },
      },
    ],
    [
      "/t.Echo/Chat",
      {
        kind: "stream",
        handle: (call) => {
          calls.begun++;
          call.onMessage((message) => call.send(message));
          call.onHalfClose(() => {
            calls.ended++;
            call.end();
          });
          call.onCancel(() => calls.ended++);
        },
      },
    ],
  ]);
}

/** What the session says: frames of all kinds, or right ones spoilt by field or by byte. */
function sessionOf(prng: Prng): { readonly bytes: Buffer; readonly inFrames: boolean } {
  const generator = new SessionGenerator(prng);
  switch (prng.below(4)) {
    case 0:
      return { bytes: Buffer.concat(mutateFields(prng, generator.validSession())), inFrames: true };
    case 1:
      return {
        bytes: mutateBytes(prng, Buffer.concat(generator.validSession())),
        inFrames: false,
      };
    default:
      return { bytes: Buffer.concat(generator.session()), inFrames: true };
  }
}

/** A session on a connection without a socket, watched by a client's books. */
function runSession(seed: number): void {
  const prng = new Prng(seed);
  const clock = new FakeClock();
  const calls: Calls = { begun: 0, ended: 0 };
  const later: (() => void)[] = [];
  const budget = new RequestBudget(BUDGET_BYTES);
  const handler = new GrpcHandler(echoServices(calls, later), {
    deadlines: new Deadlines(clock),
    budget,
    requestBytesMax: 20_000,
    now: () => clock.now(),
  });
  const peer = new ConnectionUnderTest(handler, {
    streamsMax: prng.pick([2, 4096]),
    outputBytesMax: prng.pick([1000, 1_000_000]),
    heldBytesMax: prng.pick([1000, 1_000_000]),
    headerListBytesMax: 4000,
    headerBlockBytesMax: 5000,
  });
  const model = new ClientModel();
  const turn = (): void => model.receive(peer.turnFrames());
  const send = (bytes: Buffer): void => {
    if (peer.connection.finished) return;
    model.send(bytes);
    peer.connection.receive(Uint8Array.from(bytes));
  };
  const { bytes, inFrames } = sessionOf(prng);
  for (const piece of cut(prng, bytes)) {
    send(piece);
    if (prng.chance(0.3)) turn();
    if (prng.chance(0.2)) later.splice(prng.below(later.length + 1), 1)[0]?.();
    if (prng.chance(0.1)) clock.advance(prng.below(50));
    if (prng.chance(0.05)) peer.unsent = prng.pick([0, 2000]);
    if (prng.chance(0.02)) {
      peer.now += 1000;
      peer.connection.tick();
    }
    if (prng.chance(0.002)) peer.connection.shutDown();
  }
  peer.unsent = 0;
  peer.connection.flushed(0);
  turn();
  for (const answer of later.splice(0)) answer();
  turn();
  expect(peer.connection.finished || !model.failed, "an error is the end").toBe(true);
  if (inFrames) expectAlive(peer, send, turn);
  // Zeros are frames on stream 0 that must not be there: no reader waits for more of these.
  if (!peer.connection.finished) send(Buffer.alloc(17_000));
  turn();
  expect(peer.connection.finished, "a session can always be ended").toBe(true);
  peer.connection.closed();
  expect(peer.connection.streams).toBe(0);
  expect(calls.ended, "every call hears of its end, once").toBe(calls.begun);
  expect(budget.take(BUDGET_BYTES), "all memory for requests came back").toBe(true);
  clock.advance(100);
  expect(clock.timers, "no deadline is kept").toBe(0);
}

/** Whatever whole frames came before: the connection has ended, or it still answers. */
function expectAlive(
  peer: ConnectionUnderTest<unknown>,
  send: (bytes: Buffer) => void,
  turn: () => void,
): void {
  const before = peer.sent;
  send(ping());
  turn();
  expect(peer.connection.finished || peer.sent > before, "a ping is answered").toBe(true);
}

/** Says which seed it was. */
function withSeed(seed: number, error: unknown): Error {
  const again = `QUORATE_FUZZ_SEED=${seed} QUORATE_FUZZ_SESSIONS=1`;
  return new Error(`seed ${seed} (again with ${again}): ${String(error)}`, { cause: error });
}

test(
  `${SESSIONS} sessions, without sockets`,
  () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let baseline = 0;
    for (let i = 0; i < SESSIONS; i++) {
      try {
        runSession(FIRST_SEED + i);
      } catch (error) {
        throw withSeed(FIRST_SEED + i, error);
      }
      if (i !== Math.floor(SESSIONS / 4)) continue;
      collect();
      baseline = process.memoryUsage().heapUsed;
    }
    collect();
    expect(process.memoryUsage().heapUsed - baseline, "bytes kept").toBeLessThan(20_000_000);
  },
  TIMEOUT_MILLIS,
);

test(
  `${Math.ceil(SESSIONS / 10)} sessions over sockets`,
  async () => {
    const calls: Calls = { begun: 0, ended: 0 };
    const later: (() => void)[] = [];
    const server = await startGrpcServer({
      host: "127.0.0.1",
      port: 0,
      services: echoServices(calls, later),
    });
    const one = async (seed: number): Promise<void> => {
      const prng = new Prng(seed);
      const client = await RawClient.connect(server.port);
      if (prng.chance(0.8)) client.socket.resume();
      for (const piece of cut(prng, sessionOf(prng).bytes)) {
        client.socket.write(piece);
        if (prng.chance(0.1)) await new Promise(setImmediate);
        if (prng.chance(0.01)) client.socket.resetAndDestroy();
        if (client.socket.destroyed) break;
      }
      for (const answer of later.splice(0)) answer();
      // Its end is answered with the server's: nothing else has to be waited for.
      client.socket.resume();
      client.socket.end();
      await client.closed;
    };
    for (let i = 0; i < Math.ceil(SESSIONS / 10); i += 10) {
      const seeds = Array.from({ length: 10 }, (_, k) => FIRST_SEED + i + k);
      await Promise.all(
        seeds.map((seed) =>
          one(seed).catch((error: unknown) => {
            throw withSeed(seed, error);
          }),
        ),
      );
    }
    for (const answer of later.splice(0)) answer();
    await until(() => server.connections === 0);
    expect(calls.ended).toBe(calls.begun);
    const client = (await RawClient.connect(server.port)).read();
    client.send(HELLO, headers(1), data(1, framed("still there"), END_STREAM));
    expect((await client.until(6)).slice(3)).toEqual([
      "HEADERS 1 :status=200 content-type=application/grpc",
      "DATA 1 16",
      "HEADERS 1 grpc-status=0 END_STREAM",
    ]);
    client.socket.destroy();
    await server.close(0);
  },
  TIMEOUT_MILLIS,
);
