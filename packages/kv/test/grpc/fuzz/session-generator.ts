import type { Prng } from "@quorate/core";
import {
  ACK,
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  integer,
  PADDED,
  ping,
  PREFACE,
  PRIORITY,
  request,
  rst,
  settings,
  u32,
  windowUpdate,
  type Header,
} from "../../http2/wire.ts";
import { framed } from "../grpc-under-test.ts";

/** The numbers at which implementations go wrong. */
const EDGES = [
  0,
  1,
  2,
  5,
  9,
  100,
  16_383,
  16_384,
  16_385,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

const PATHS = ["/t.Echo/Say", "/t.Echo/Wait", "/t.Echo/Chat", "/t.Echo/Nothing", "/", "*"];

/** Makes what a client might say: most of it right, some of it wrong in one point. */
export class SessionGenerator {
  readonly #prng: Prng;
  #nextId = 1;
  readonly #open: number[] = [];

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  /** Preface and settings, and then frames of every kind. */
  session(): Buffer[] {
    const frames: Buffer[] = [PREFACE, this.#settings()];
    for (let left = this.#prng.between(1, 40); left > 0; left--) frames.push(...this.#frames());
    return frames;
  }

  /** Nothing but whole and right requests, as a base for mutations. */
  validSession(): Buffer[] {
    const frames: Buffer[] = [PREFACE, settings(), windowUpdate(0, 1_000_000)];
    for (let left = this.#prng.between(1, 8); left > 0; left--) frames.push(...this.#request());
    return frames;
  }

  #frames(): Buffer[] {
    const prng = this.#prng;
    switch (prng.below(16)) {
      case 0:
      case 1:
      case 2:
        return this.#request();
      case 3:
      case 4:
        return [this.#begin(0)];
      case 5:
      case 6:
        return [this.#data(this.#someId())];
      case 7:
        return [windowUpdate(prng.chance(0.3) ? 0 : this.#someId(), this.#increment())];
      case 8:
        return [this.#settings()];
      case 9:
        return [prng.chance(0.2) ? frame("PING", ACK, 0, Buffer.alloc(8)) : ping()];
      case 10:
        return [rst(this.#someId(), prng.below(16))];
      case 11:
        return [frame("PRIORITY", 0, this.#someId(), this.#bytes(prng.chance(0.9) ? 5 : 4))];
      case 12:
        return [frame("GOAWAY", 0, 0, u32(prng.uint32(), prng.below(16)))];
      case 13:
        return [frame(prng.between(10, 255), prng.below(256), this.#someId(), this.#bytes(20))];
      case 14:
        return this.#split(this.#id(), this.#head(), prng.chance(0.5) ? END_STREAM : 0);
      default:
        return [this.#oddity()];
    }
  }

  /** A request in one of the ways in which clients send them. */
  #request(): Buffer[] {
    const prng = this.#prng;
    const head = this.#begin(0);
    const id = this.#open.at(-1) ?? 1;
    const message = framed(this.#bytes(prng.pick([0, 1, 10, 1000, 16_000])));
    const cut = prng.below(message.length + 1);
    const frames = [
      head,
      data(id, message.subarray(0, cut)),
      data(id, message.subarray(cut), END_STREAM),
    ];
    return prng.chance(0.5) ? frames : [head, data(id, message, END_STREAM)];
  }

  #begin(flags: number): Buffer {
    const id = this.#id();
    this.#open.push(id);
    return frame("HEADERS", flags | END_HEADERS, id, this.#head());
  }

  #id(): number {
    const id = this.#nextId;
    this.#nextId += this.#prng.chance(0.9) ? 2 : 2 * this.#prng.between(1, 5);
    return id;
  }

  /** An open stream, mostly. */
  #someId(): number {
    const prng = this.#prng;
    if (this.#open.length > 0 && prng.chance(0.85)) return prng.pick(this.#open.slice(-6));
    return prng.chance(0.5) ? prng.below(this.#nextId + 4) : prng.pick(EDGES) % 2 ** 31;
  }

  #head(): Buffer {
    const prng = this.#prng;
    const fields: Header[] = [
      [":path", prng.chance(0.8) ? prng.pick(PATHS.slice(0, 3)) : prng.pick(PATHS)],
    ];
    if (prng.chance(0.3))
      fields.push(["grpc-timeout", prng.pick(["1m", "20m", "1S", "0n", "99999999H", "x"])]);
    if (prng.chance(0.1)) fields.push(["content-length", String(prng.below(30))]);
    if (prng.chance(0.1)) fields.push(["grpc-encoding", "gzip"]);
    if (prng.chance(0.05)) fields.push(["x", "y".repeat(prng.pick([10, 1000, 8000]))]);
    const head = request(...fields);
    if (prng.chance(0.3)) return Buffer.concat([head, this.#compressed()]);
    return head;
  }

  /** Fields that use the header table, rightly or not. */
  #compressed(): Buffer {
    const prng = this.#prng;
    const field = block(["n".repeat(prng.below(40)), "v".repeat(prng.below(200))]);
    switch (prng.below(5)) {
      case 0:
        return integer(prng.between(1, 70), 7, 0x80);
      case 1:
        return integer(prng.pick(EDGES), 7, 0x80);
      case 2:
        return integer(prng.pick([0, 100, 4096, 4097]), 5, 0x20);
      case 3:
        return this.#bytes(prng.below(20));
      default:
        field[0] = 0x40;
        return field;
    }
  }

  /** A header block over several frames. */
  #split(id: number, head: Buffer, flags: number): Buffer[] {
    this.#open.push(id);
    const frames: Buffer[] = [];
    const count = this.#prng.between(2, 5);
    const size = Math.ceil(head.length / count);
    for (let i = 0; i < count; i++) {
      const piece = head.subarray(i * size, (i + 1) * size);
      const last = i === count - 1 ? END_HEADERS : 0;
      frames.push(
        frame(i === 0 ? "HEADERS" : "CONTINUATION", i === 0 ? flags | last : last, id, piece),
      );
    }
    return frames;
  }

  #data(id: number): Buffer {
    const prng = this.#prng;
    const flags = prng.chance(0.2) ? END_STREAM : 0;
    const payload = prng.chance(0.7)
      ? framed(this.#bytes(prng.pick([0, 3, 200, 9000])), prng.chance(0.9) ? 0 : prng.below(256))
      : this.#bytes(prng.below(300));
    if (prng.chance(0.8)) return data(id, payload, flags);
    const padding = prng.below(256);
    const rest = prng.chance(0.9) ? padding : prng.below(256);
    return frame(
      "DATA",
      flags | PADDED,
      id,
      Buffer.concat([Buffer.of(padding), payload, Buffer.alloc(rest)]),
    );
  }

  #settings(): Buffer {
    const prng = this.#prng;
    const pairs = Array.from({ length: prng.below(4) }, () => {
      // Mostly what a client may say.
      if (prng.chance(0.6)) return [4, prng.pick([0, 1, 10, 1000, 65_535, 1_000_000])] as const;
      if (prng.chance(0.6)) return [1, prng.pick([0, 100, 4096, 65_536])] as const;
      return [prng.below(10), prng.pick(EDGES)] as const;
    });
    return settings(...pairs);
  }

  #increment(): number {
    return this.#prng.chance(0.8) ? this.#prng.between(1, 100_000) : this.#prng.pick(EDGES);
  }

  /** A frame with everything at random. */
  #oddity(): Buffer {
    const prng = this.#prng;
    const flags = prng.pick([0, 1, END_HEADERS, PADDED, PRIORITY, prng.below(256)]);
    return frame(prng.below(11), flags, this.#someId(), this.#bytes(prng.below(30)));
  }

  #bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.#prng.below(256)));
  }
}
