import type { Prng } from "@quorate/core";
import { mutateBytes, cut } from "../../grpc/fuzz/mutations.ts";
import { must } from "../../etcd/fuzz/replica.ts";
import { errorName } from "../wire/errors.ts";
import { In, Out } from "../wire/jute.ts";
import { exists, type Operation } from "../wire/operations.ts";
import { SPECIAL_XIDS } from "../wire/wire-client.ts";
import type { MemoryStream } from "./memory-stream.ts";
import { anyBytes, SpoilingOut } from "./spoiling-out.ts";

/** A reply that may have any number: what it answers had a spoilt head. */
const ANY = null;
const EVENT_XID = -1;
const AUTH_XID = -4;
const AUTH_OPCODE = 100;
const HEAD_BYTES = 8;
const REPLY_HEAD_BYTES = 16;

/** A session that was once given to a client. */
export interface KnownSession {
  readonly id: bigint;
  readonly password: Uint8Array;
}

/**
 * A client that sends what it should not, and knows what it is owed: one reply for each frame that it
 * sent whole, in order, until the server hangs up.
 */
export class FuzzingClient {
  readonly stream: MemoryStream;
  /** Errors of replies, by name. */
  readonly errors: Set<string> = new Set();
  /** Kinds of events. */
  readonly events: Set<number> = new Set();
  readonly #prng: Prng;
  /** Numbers of the replies to come. */
  #owed: (number | typeof ANY)[] = [];
  /** Whether the server can still tell where frames begin. */
  #isFramed = true;
  #welcome: Buffer | null = null;
  #rest: Buffer = Buffer.alloc(0);
  #xid = 0;

  constructor(prng: Prng, stream: MemoryStream) {
    this.#prng = prng;
    this.stream = stream;
    stream.isReading = prng.chance(0.8);
  }

  /** As a client should; with a session that another had, if there is one. */
  greet(known: KnownSession | null, chance = 0): void {
    const out = this.#out(chance)
      .int(0)
      .long(0n)
      .int(30_000)
      .long(known?.id ?? 0n);
    out.buffer(known?.password ?? Buffer.alloc(16)).bool(this.#prng.chance(0.5));
    this.#send(new Out().buffer(out.bytes()).bytes());
    // What a spoilt hello gets is anything; then it is asked no more of.
    if (chance > 0) this.#isFramed = false;
  }

  /** Not even a hello. */
  babble(): void {
    const prng = this.#prng;
    const word = prng.pick([
      "ruok",
      "mntr",
      "cons",
      "dump",
      "wchp",
      "stmk",
      "isro",
      "xxxx",
      "GET ",
    ]);
    const bytes = prng.chance(0.7) ? Buffer.from(word) : anyBytes(prng, prng.below(60));
    this.#isFramed = false;
    this.#send(prng.chance(0.3) ? Buffer.concat([bytes, anyBytes(prng, 20)]) : bytes);
  }

  /** As a client should. */
  ask(operation: Operation): void {
    this.#frame(operation, 0);
  }

  /** With fields that are not what they should be. */
  askSpoilt(operation: Operation): void {
    this.#frame(operation, this.#prng.pick([0.05, 0.2, 0.6]));
  }

  /** With bytes that are not what they should be, inside a frame. */
  askGarbled(operation: Operation): void {
    const whole = this.#record(operation, 0);
    // Mostly behind the head: with another opcode it would only be another operation's.
    const kept = this.#prng.chance(0.8) ? HEAD_BYTES : 0;
    const spoilt = mutateBytes(this.#prng, whole.subarray(kept));
    const record = Buffer.concat([whole.subarray(0, kept), spoilt]);
    const isHeadWhole = whole.subarray(0, HEAD_BYTES).equals(record.subarray(0, HEAD_BYTES));
    if (!isHeadWhole && isUnclear(record)) this.#isFramed = false;
    this.#owed.push(isHeadWhole ? this.#owedOf(operation) : ANY);
    this.#send(new Out().buffer(record).bytes());
  }

  /** With lengths, too, that are not what they should be. */
  desynchronize(operation: Operation): void {
    this.#isFramed = false;
    const framed = new Out().buffer(this.#record(operation, 0)).bytes();
    this.#send(mutateBytes(this.#prng, framed));
  }

  /** Checks what came since the last time; everything asked must be answered by then, or it is over. */
  check(isAtRest: boolean): void {
    this.#take();
    if (!this.#isFramed || this.stream.isOver || !isAtRest) return;
    must(this.#welcome !== null, "a client that greets is welcomed");
    must(this.#owed.length === 0, `all is answered, and not ${this.#owed.length} left`);
  }

  /** A session that the server has told this client of. */
  get session(): KnownSession | null {
    const frame = this.#welcome;
    if (frame === null || frame.length < 36) return null;
    const id = frame.readBigInt64BE(8);
    return id === 0n ? null : { id, password: frame.subarray(20, 36) };
  }

  #take(): void {
    const { read } = this.stream;
    if (!this.#isFramed) return void read.splice(0);
    this.#rest = Buffer.concat([this.#rest, ...read.splice(0)]);
    for (;;) {
      if (this.#rest.length < 4) break;
      const length = this.#rest.readInt32BE();
      must(
        length >= REPLY_HEAD_BYTES && length < 2 ** 20,
        `replies are frames, not of ${length} bytes`,
      );
      if (this.#rest.length < 4 + length) break;
      this.#heard(this.#rest.subarray(4, 4 + length));
      this.#rest = this.#rest.subarray(4 + length);
    }
    must(this.stream.isClosed || this.#rest.length === 0, "replies come whole");
  }

  #heard(frame: Buffer): void {
    if (this.#welcome === null) {
      this.#welcome = Buffer.from(frame);
      return;
    }
    const reader = new In(frame);
    const [xid, zxid, error] = [reader.int(), reader.long(), reader.int()];
    if (xid === EVENT_XID) {
      const [type, state] = [reader.int(), reader.int()];
      must(type >= 1 && type <= 4 && state === 3, `an event is one, not ${type} ${state}`);
      this.events.add(type);
      reader.text();
      must(reader.left === 0, "an event ends behind its path");
      return;
    }
    const [owed] = this.#owed.splice(this.#placeOf(xid), 1);
    must(owed !== undefined, `nothing is answered that was not asked (${xid}, ${error})`);
    must(owed === ANY || owed === xid, `${owed} is answered, and not ${xid}`);
    must(zxid >= -1n, `a zxid is one, and not ${zxid}`);
    must(error <= 0 && error > -200, `an error is one, and not ${error}`);
    this.errors.add(errorName(error));
  }

  /** Auth alone is answered when it is read, before what came earlier. */
  #placeOf(xid: number): number {
    return xid === AUTH_XID ? Math.max(this.#owed.indexOf(AUTH_XID), 0) : 0;
  }

  #frame(operation: Operation, chance: number): void {
    const record = this.#record(operation, chance);
    this.#owed.push(this.#owedOf(operation));
    this.#send(new Out().buffer(record).bytes());
  }

  #owedOf({ opcode }: Operation): number | null {
    return SPECIAL_XIDS[opcode] ?? this.#xid;
  }

  /** The head is whole: what follows it need not be. */
  #record(operation: Operation, chance: number): Buffer {
    const xid = SPECIAL_XIDS[operation.opcode] ?? ++this.#xid;
    const head = new Out().int(xid).int(operation.opcode);
    const out = this.#out(chance);
    operation.write(out);
    return head.raw(out.bytes()).bytes();
  }

  #out(chance: number): SpoilingOut {
    return new SpoilingOut(this.#prng, chance);
  }

  #send(bytes: Buffer): void {
    if (this.stream.isClosed) return;
    for (const piece of this.#prng.chance(0.1) ? cut(this.#prng, bytes) : [bytes]) {
      this.stream.say(piece);
    }
  }
}

/** Whether a frame's answer cannot be told from an event, or comes out of order. */
function isUnclear(record: Buffer): boolean {
  if (record.length < HEAD_BYTES) return true;
  const [xid, opcode] = [record.readInt32BE(), record.readInt32BE(4)];
  return xid === EVENT_XID || xid === AUTH_XID || opcode === AUTH_OPCODE;
}

/** What must be answered at any time. */
export const WELL_FORMED: Operation = exists("/");
