import { QuorateError } from "@quorate/core";
import { connect, createServer, type ServerOpts, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { Connection, type ConnectionListener, type LinkListener } from "../src/connection.ts";
import { decodeControl, encodeControl, type Control } from "../src/control.ts";
import { channelOf, controlFrame, frameHead, FrameReader } from "../src/frame.ts";
import { TCP_LIMITS, type TcpLimits } from "../src/options.ts";
import { Waiters } from "./waiters.ts";

/** A connection and what it tells. */
class Told implements LinkListener {
  readonly told: string[] = [];
  readonly roundTrips: number[] = [];
  readonly #waiters = new Waiters();

  control({ kind }: Parameters<ConnectionListener["control"]>[0]): void {
    this.#tell(kind);
  }

  frame(channel: number, payload: Uint8Array): void {
    this.#tell(`${channel}: ${Buffer.from(payload).toString()}`);
  }

  closed(why: string): void {
    this.#tell(`closed: ${why}`);
  }

  roundTrip(millis: number): void {
    this.roundTrips.push(millis);
    this.#waiters.wake();
  }

  untilMeasured(times: number): Promise<void> {
    return this.#waiters.until(() => this.roundTrips.length >= times);
  }

  until(what: string): Promise<void> {
    return this.#waiters.until(() => this.told.some((line) => line.includes(what)));
  }

  #tell(what: string): void {
    this.told.push(what);
    this.#waiters.wake();
  }
}

/** Both ends of a connection on the loopback interface. */
async function sockets(options: ServerOpts = {}): Promise<readonly [Socket, Socket]> {
  const server = createServer(options);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const accepted = new Promise<Socket>((done) => server.once("connection", done));
  const near = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1");
  const far = await accepted;
  onTestFinished(() => {
    server.close();
    near.destroy();
    far.destroy();
  });
  return [near, far];
}

function connection(socket: Socket, limits: Partial<TcpLimits> = {}): [Connection, Told] {
  const told = new Told();
  return [new Connection(socket, { ...TCP_LIMITS, ...limits }, told), told];
}

const channel = channelOf(5);
const text = (line: string): Uint8Array => Buffer.from(line);

test("everything sent in one turn leaves in one write, and arrives in order", async () => {
  const [near, far] = await sockets();
  const [sender] = connection(near);
  const [, heard] = connection(far);
  const write = vi.spyOn(near, "write");
  for (let i = 0; i < 20; i++) sender.send(channel, [text("n"), text(String(i))]);
  sender.sendControl({ kind: "use" });
  await heard.until("use");
  expect(heard.told).toEqual([...Array.from({ length: 20 }, (_, i) => `5: n${i}`), "use"]);
  expect(write.mock.calls.length).toBe(1);
});

test("much at a time is written without a copy", async () => {
  const [near, far] = await sockets();
  const [sender] = connection(near);
  const [receiver, heard] = connection(far);
  receiver.handOver(heard);
  const large = new Uint8Array(300_000).fill(0x78);
  const write = vi.spyOn(near, "write");
  sender.send(channel, [large]);
  sender.sendControl({ kind: "use" });
  await heard.until("use");
  expect(heard.told[0]?.length).toBe(300_003);
  expect(write.mock.calls.map(([bytes]) => bytes)).toContain(large);
});

test("a queue that is full closes the connection after the call, and sends nothing more", async () => {
  const [near, far] = await sockets();
  const [sender, told] = connection(near, { queueBytesMax: 1000 });
  const [, heard] = connection(far);
  for (let i = 0; i < 9; i++) sender.send(channel, [new Uint8Array(200)]);
  expect(told.told).toEqual([]);
  await Promise.all([told.until("over 1000 bytes wait"), heard.until("closed")]);
  expect(heard.told.length).toBe(1);
});

test("what the socket has not taken yet counts as queued", async () => {
  const [near] = await sockets();
  const [sender, told] = connection(near, { queueBytesMax: 8_000_000 });
  // The other end does not read: the kernel takes some, the rest stays.
  for (let turn = 0; turn < 20 && told.told.length === 0; turn++) {
    sender.send(channel, [new Uint8Array(1_000_000)]);
    await new Promise((done) => setImmediate(done));
  }
  expect(told.told).toEqual(["closed: over 8000000 bytes wait for the peer"]);
});

test("before the hand-over a long frame closes the connection, after it only a longer one", async () => {
  const limits = { helloBytesMax: 1000, frameBytesMax: 5000 };
  const [near, far] = await sockets();
  const [sender] = connection(near);
  const [receiver, heard] = connection(far, limits);
  receiver.handOver(heard);
  sender.send(channel, [new Uint8Array(4000)]);
  sender.send(channel, [new Uint8Array(6000)]);
  await heard.until("closed");
  expect(heard.told.length).toBe(2);
  expect(heard.told[1]).toBe("closed: a frame of 6004 bytes cannot be");

  const [talker, polite] = await sockets();
  const [receives, bored] = connection(polite, limits);
  receives.handOver(bored);
  talker.write(controlFrame(new Uint8Array(1001)));
  await bored.until("a control message over 1000 bytes");

  const [stranger, wary] = await sockets();
  const [, warned] = connection(wary, limits);
  stranger.write(frameHead(channel, [new Uint8Array(1001)]));
  await warned.until("a frame of 1005 bytes cannot be");
});

test("garbage closes the connection, with a guess at what it is, wherever it is cut", async () => {
  const [near, far] = await sockets();
  const [, heard] = connection(far);
  near.setNoDelay(true);
  near.write("GET");
  near.write(" /health HTTP/1.1\r\n\r\n");
  await heard.until("closed: an HTTP request (is this a client, or etcd?): a frame of");
});

test("a damaged frame is no garbage after a good one", async () => {
  const [near, far] = await sockets();
  const [, heard] = connection(far);
  near.write(controlFrame(encodeControl({ kind: "use" })));
  near.write("GET /health HTTP/1.1\r\n\r\n");
  await heard.until("closed: a frame of");
  expect(heard.told[0]).toBe("use");
});

test("a message of another version closes the connection, and the other end hears why", async () => {
  const [near, far] = await sockets();
  const [, told] = connection(near);
  const [, heard] = connection(far);
  near.write(controlFrame(Buffer.from("015152540100000000000100000000", "hex")));
  const why = "peer protocol 1, this member speaks 3";
  await Promise.all([heard.until(why), told.until("refusal")]);
  expect(heard.told.length).toBe(1);
});

test("a last word arrives, and nothing is told after it", async () => {
  const [near, far] = await sockets();
  const [sender, told] = connection(near);
  const [, heard] = connection(far);
  sender.send(channel, [text("last but one")]);
  sender.end({ kind: "refusal", reason: "enough" });
  sender.send(channel, [text("too late")]);
  sender.end({ kind: "duplicate" });
  await heard.until("closed");
  expect(heard.told).toEqual([
    "5: last but one",
    "refusal",
    "closed: the peer closed the connection",
  ]);
  expect(told.told).toEqual([]);
});

test("who does not hang up after a last word is hung up on, even if it goes on talking", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const [near, far] = await sockets({ allowHalfOpen: true });
  far.on("data", () => {});
  far.on("error", () => {});
  const [sender, told] = connection(near);
  const gone = new Promise((done) => near.once("close", done));
  sender.end({ kind: "duplicate" });
  far.write(Buffer.alloc(1000));
  vi.advanceTimersByTime(1000);
  await gone;
  expect(told.told).toEqual([]);
});

test("an idle connection shows that it lives; one that is silent for long is closed", async () => {
  const limits = { probeMillis: 5, silenceMillis: 40 };
  const [near, far] = await sockets();
  const [, told] = connection(near, limits);
  // It sends its probes, but hears none.
  const probed = new Promise((done) => far.once("data", done));
  await Promise.all([probed, told.until("closed: silent for 40 ms")]);
});

test("a process that was stopped does not take its own pause for silence", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => {
    vi.useRealTimers();
    clock.mockRestore();
  });
  const [near] = await sockets();
  const [doubting, told] = connection(near, { probeMillis: 1000, silenceMillis: 5000 });
  const wait = (millis: number): void => {
    clock.mockReturnValue(performance.now() + millis);
    vi.advanceTimersByTime(1000);
  };
  doubting.challenge();
  wait(60_000);
  wait(1000);
  expect(told.told).toEqual([]);
  wait(1000);
  expect(told.told).toEqual(["closed: no sign of life within 2000 ms"]);

  const [other] = await sockets();
  const [, silent] = connection(other, { probeMillis: 1000, silenceMillis: 5000 });
  wait(60_000);
  for (let second = 1; second <= 5; second++) wait(1000);
  expect(silent.told).toEqual([]);
  wait(1000);
  expect(silent.told).toEqual(["closed: silent for 5000 ms"]);
});

test("two connections keep each other alive", async () => {
  const limits = { probeMillis: 2, silenceMillis: 20 };
  const [near, far] = await sockets();
  let probes = 0;
  const enough = new Promise<void>((done) => {
    far.on("data", () => {
      if (++probes === 20) done();
    });
  });
  const [, told] = connection(near, limits);
  const [, heard] = connection(far, limits);
  await enough;
  expect([told.told, heard.told]).toEqual([[], []]);
});

test("who is challenged and answers stays, who does not is closed", async () => {
  const limits = { probeMillis: 5, silenceMillis: 60_000 };
  const [near, far] = await sockets();
  const [doubting, told] = connection(near, limits);
  const [receiver, heard] = connection(far);
  doubting.challenge();
  const answered = new Promise((done) => near.once("data", done));
  await answered;
  receiver.sendControl({ kind: "use" });
  await told.until("use");
  expect(heard.told).toEqual([]);

  const [other, silent] = await sockets();
  silent.on("data", () => {});
  const [again, warned] = connection(other, limits);
  again.challenge();
  await warned.until("closed: no sign of life within 10 ms");
});

/** The control messages that arrive on the socket. */
function controlsAt(socket: Socket): {
  readonly heard: readonly Control[];
  readonly until: (count: number) => Promise<void>;
} {
  const heard: Control[] = [];
  const waiters = new Waiters();
  const reader = new FrameReader(1000, {
    control: (message) => {
      heard.push(decodeControl(message));
      waiters.wake();
    },
    frame: () => {},
  });
  socket.on("data", (chunk) => reader.push(chunk));
  return { heard, until: (count) => waiters.until(() => heard.length >= count) };
}

test("who has not introduced itself hears nothing but that we live", async () => {
  const [near, far] = await sockets();
  const { heard, until } = controlsAt(far);
  connection(near, { probeMillis: 2 });
  await until(3);
  expect(new Set(heard.map(({ kind }) => kind))).toEqual(new Set(["probe"]));
});

test("a link is measured again and again, both ways; what is no link is not", async () => {
  const limits = { probeMillis: 2 };
  const [near, far] = await sockets();
  const [one, told] = connection(near, limits);
  const [other, heard] = connection(far, limits);
  one.handOver(told);
  await told.untilMeasured(3);
  expect(heard.roundTrips).toEqual([]);
  other.handOver(heard);
  await heard.untilMeasured(1);
  expect([told.told, heard.told]).toEqual([[], []]);
});

test("a round trip is the time from a ping to its own echo, without a pause of this process", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => {
    vi.useRealTimers();
    clock.mockRestore();
  });
  const [near, far] = await sockets();
  const [link, told] = connection(near, { probeMillis: 1000, silenceMillis: 60_000 });
  link.handOver(told);
  const { heard, until } = controlsAt(far);
  const stampOf = (control: Control | undefined): number =>
    control?.kind === "ping" ? control.stamp : -1;
  const pass = (millis: number): void => {
    clock.mockReturnValue(performance.now() + millis);
    vi.advanceTimersByTime(1000);
  };
  const say = (...controls: readonly Control[]): void => {
    for (const control of controls) far.write(controlFrame(encodeControl(control)));
  };

  pass(1000);
  await until(1);
  // While one is on its way there is no other, but a sign of life; nobody else's comes back.
  pass(1000);
  clock.mockReturnValue(performance.now() + 250);
  say({ kind: "echo", stamp: 77 }, { kind: "echo", stamp: stampOf(heard[0]) }, { kind: "use" });
  await told.until("use");
  expect(told.roundTrips).toEqual([1250]);

  pass(1000);
  await until(3);
  expect(heard[1]).toEqual({ kind: "probe" });
  // Nobody can tell how long it was on its way while this process was stopped.
  pass(60_000);
  say({ kind: "echo", stamp: stampOf(heard[2]) }, { kind: "duplicate" });
  await told.until("duplicate");
  expect(told.roundTrips).toEqual([1250]);
});

test("an error without a message is told by its code", async () => {
  const [near] = await sockets();
  const [, told] = connection(near);
  near.destroy(Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" }));
  await told.until("closed: ECONNREFUSED");
});

test("what the owner throws is not blamed on the peer, unless it says so", async () => {
  const [near, far] = await sockets();
  const said = controlFrame(encodeControl({ kind: "use" }));
  let thrown = new QuorateError("ERR_INVARIANT", "a bug");
  const told: string[] = [];
  const owner: ConnectionListener = {
    control: () => {
      throw thrown;
    },
    frame: () => {},
    closed: (why) => told.push(why),
  };
  const receiver = new Connection(far, TCP_LIMITS, owner);
  onTestFinished(() => receiver.close("the test is over"));
  const [data] = far.listeners("data");
  expect(() => data?.(said)).toThrow("a bug");
  expect(told).toEqual([]);
  thrown = new QuorateError("ERR_MALFORMED", "nonsense");
  const closed = new Promise((done) => near.once("close", done).resume());
  near.write(said);
  await closed;
  expect(told).toEqual(["nonsense"]);
});
