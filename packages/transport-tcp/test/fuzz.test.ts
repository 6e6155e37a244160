import { Prng, QuorateError } from "@quorate/core";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { decodeControl, encodeControl, type Control } from "../src/control.ts";
import { controlFrame, FrameReader } from "../src/frame.ts";
import { frameOf } from "./fake-peer.ts";
import { TestProcess } from "./test-process.ts";

/** How many frames, and the first seed. */
const FRAMES = Number(process.env["QUORATE_FUZZ_REQUESTS"] ?? 20_000);
const FIRST_SEED = Number(process.env["QUORATE_FUZZ_SEED"] ?? 1);

/** Frames on one connection. */
const CONVERSATION_MAX = 100;

const TIMEOUT_MILLIS = 60_000 + FRAMES;
const HEAP_BYTES_MAX = 1_000_000_000;

/** What the member refuses, as a driver does with what it cannot read. */
const NONSENSE = "nonsense";

const GROUPS = [{ group: "g", cluster: "c1", self: "b" }];
const IDS = ["a", "b", "c", ""];

/** A process with this name chooses the connection: it need not wait for what the other says. */
function hello(prng: Prng, incarnation: number): Control {
  const process = `00${prng.between(0, 0xffff_ffff).toString(16).padStart(14, "0")}`;
  return { kind: "hello", hello: { process, incarnation, groups: GROUPS } };
}

const USE: Control = { kind: "use" };
const ADMISSION: Control = { kind: "admission", own: 0, theirs: 0 };

/** Anything that one process says to another. */
function anyControl(prng: Prng): Control {
  const number = prng.pick([0, 1, 2, 1000, 2 ** 31, 2 ** 32 - 1]);
  const self = prng.pick(IDS);
  const identity = { group: prng.pick(["g", "h", "i"]), cluster: "c1", self };
  const controls: readonly Control[] = [
    { kind: "probe" },
    { kind: "challenge" },
    { kind: "ping", stamp: number },
    { kind: "echo", stamp: number },
    { kind: "joined", identity },
    { kind: "left", channel: number },
    { kind: "admission", own: number, theirs: number },
    { kind: "denial", theirs: number, reason: "no" },
    { kind: "refusal", reason: "no" },
    USE,
    ADMISSION,
    { kind: "duplicate" },
    hello(prng, number),
  ];
  // Those that end nothing, more often.
  return prng.pick(prng.chance(0.7) ? controls.slice(0, 4) : controls);
}

function anyFrame(prng: Prng): Uint8Array {
  const roll = prng.below(100);
  if (roll < 40) return frameOf(0, prng.chance(0.02) ? NONSENSE : "x".repeat(prng.below(200)));
  if (roll < 45) return frameOf(prng.pick([1, 7, 2 ** 20]), "x");
  const control = encodeControl(anyControl(prng));
  if (roll < 85) return controlFrame(control);
  // Its checksum is right, whatever it says.
  if (roll < 95) return controlFrame(mutated(prng, control));
  return mutated(prng, controlFrame(control));
}

function mutated(prng: Prng, bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  for (let left = prng.between(1, 3); left > 0; left--) {
    changed[prng.below(changed.length)] = prng.below(256);
  }
  return prng.chance(0.2) ? changed.subarray(0, prng.below(changed.length + 1)) : changed;
}

/** A process with one member, and a peer of it that is not itself. */
class Target {
  readonly process: TestProcess;
  heard = 0;
  #incarnation = 0;

  private constructor(process: TestProcess) {
    this.process = process;
    const identity = { group: "g", cluster: "c1", self: "a" };
    process.transport.join(identity, new Map([["b", []]]), {
      linkUp: () => {},
      linkDown: () => {},
      receive: (_peer, frame) => {
        const text = Buffer.from(frame).toString();
        if (text === NONSENSE) throw new QuorateError("ERR_MALFORMED", "as the test wants");
        this.heard++;
      },
    });
  }

  static async start(): Promise<Target> {
    return new Target(await TestProcess.start({ limits: { handshakeMillis: 50 } }));
  }

  /** @returns how many frames were sent */
  async converse(prng: Prng): Promise<number> {
    const socket = await this.#dial();
    const opening = this.#opening(prng);
    if (prng.chance(0.2)) opening[prng.below(opening.length)] = anyFrame(prng);
    socket.write(Buffer.concat(opening));
    // Before it is admitted, nobody listens to what it says in its group.
    if (prng.chance(0.9)) await admittedOrClosed(socket);
    const frames = Array.from({ length: prng.between(1, CONVERSATION_MAX) }, () => anyFrame(prng));
    for (const bytes of prng.chance(0.8) ? [Buffer.concat(frames)] : frames) socket.write(bytes);
    await closed(socket);
    return opening.length + frames.length;
  }

  /** A peer that behaves is linked, and heard; on a busy machine not always the first time. */
  async checkLinks(prng: Prng): Promise<void> {
    const before = this.heard;
    while (this.heard === before) {
      const socket = await this.#dial();
      socket.write(Buffer.concat(this.#opening(prng)));
      await admittedOrClosed(socket);
      socket.write(frameOf(0, "well"));
      await closed(socket);
    }
  }

  #opening(prng: Prng): Uint8Array[] {
    const controls = [hello(prng, ++this.#incarnation), USE, ADMISSION];
    return controls.map((control) => controlFrame(encodeControl(control)));
  }

  async #dial(): Promise<Socket> {
    const socket = connect({ port: this.process.port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.resume();
    return socket;
  }
}

/** Ends the connection. That the other end hung up before is no failure. */
function closed(socket: Socket): Promise<void> {
  socket.end();
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}

/** The other end has admitted the peer to the group, or will not. */
function admittedOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const reader = new FrameReader(1_000_000, {
      control: (message) => {
        if (decodeControl(message).kind === "admission") resolve();
      },
      frame: () => {},
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    socket.on("end", () => resolve());
    socket.on("close", () => resolve());
  });
}

test(
  `${FRAMES} frames of a peer`,
  async () => {
    const target = await Target.start();
    const prng = new Prng(FIRST_SEED);
    for (let sent = 0, conversations = 0; sent < FRAMES; conversations++) {
      sent += await target.converse(prng);
      if (conversations % 20 === 0) await target.checkLinks(prng);
    }
    await target.checkLinks(prng);
    expect(target.heard, "frames that were taken").toBeGreaterThan(FRAMES / 50);
    expect(process.memoryUsage().heapUsed).toBeLessThan(HEAP_BYTES_MAX);
  },
  TIMEOUT_MILLIS,
);
