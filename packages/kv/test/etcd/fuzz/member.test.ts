import { Prng } from "@quorate/core";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import {
  encodeAlarm,
  encodeCompaction,
  encodeDeleteRange,
  encodeLeaseRevoke,
} from "../../../src/etcd/codec/index.ts";
import { FuzzedMember } from "./fuzzed-member.ts";
import { methodAt, type ApiMethod } from "./methods.ts";
import { spoil } from "./mutations.ts";
import { RequestGenerator } from "./request-generator.ts";
import { FIRST_SEED, REQUESTS, withSeed } from "./runs.ts";
import { EVERYTHING } from "./values.ts";

/** Requests to one member: so many have to be sent again to see a failure again. */
const EPISODE = 20_000;

const TIMEOUT_MILLIS = 120_000 + REQUESTS * 2;

/** How the group may refuse what is under way. */
const FAILURES = [
  "ERR_NO_LEADER",
  "ERR_NOT_LEADER",
  "ERR_LEADER_CHANGED",
  "ERR_TIMEOUT",
  "ERR_OVERLOADED",
  "ERR_STORAGE_FULL",
  "ERR_STOPPED",
] as const;

/** One member's life: so many requests, and whatever else befalls a member. */
class Episode {
  readonly #prng: Prng;
  readonly #generator: RequestGenerator;
  readonly #member: FuzzedMember;
  /** What was sent last. */
  #last = "";

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    this.#generator = new RequestGenerator(this.#prng);
    this.#member = new FuzzedMember(this.#prng.chance(0.3) ? 60_000 : null);
  }

  run(requests: number): void {
    let sent = 0;
    try {
      for (; sent < requests; sent++) {
        this.#send();
        this.#befall();
      }
      this.#wipe();
    } catch (error) {
      throw new Error(`request ${sent}, ${this.#last}: ${String(error)}`, { cause: error });
    }
  }

  /** All clients leave. */
  end(): void {
    this.#member.end(this.#prng);
  }

  #send(): void {
    const prng = this.#prng;
    const method = this.#generator.method();
    const messages = Array.from({ length: prng.chance(0.8) ? 1 : prng.below(4) }, () =>
      this.#message(method),
    );
    this.#last = `${method.path} ${messages.map((bytes) => Buffer.from(bytes).toString("hex")).join(" ")}`;
    const [first = new Uint8Array(0)] = messages;
    if (prng.chance(0.5) && this.#member.sayMore(prng, method.path, first)) return;
    this.#member.call(method, messages.length === 0 ? [first] : messages);
  }

  #message({ request }: ApiMethod): Uint8Array {
    const fields = this.#generator.message(request, this.#member.world);
    return spoil(this.#prng, fields);
  }

  #befall(): void {
    const prng = this.#prng;
    const member = this.#member;
    if (prng.chance(0.02)) member.cancelOne(prng);
    if (prng.chance(0.01)) member.fail(prng.pick(FAILURES));
    if (prng.chance(0.02)) member.pass(prng.pick([50, 300, 300, 3000]));
    if (prng.chance(0.5)) member.rest();
    if (prng.chance(0.005)) member.halfCloseOne(prng);
    if (prng.chance(0.002)) member.compare(prng);
    if (prng.chance(0.001)) this.#wipe();
  }

  /** Everything is deleted and forgotten: what a member keeps is bounded. */
  #wipe(): void {
    const { revision } = this.#member.world;
    const { leases, alarms } = this.#member.remains;
    for (const { member, kind } of alarms) {
      const disarmed = encodeAlarm({ action: "deactivate", member, alarm: kind });
      this.#call("Maintenance/Alarm", disarmed);
    }
    for (const id of leases) this.#call("Lease/LeaseRevoke", encodeLeaseRevoke(id));
    this.#call("KV/DeleteRange", encodeDeleteRange(EVERYTHING));
    this.#call("KV/Compact", encodeCompaction({ revision }));
    this.#member.rest();
  }

  #call(name: string, request: Uint8Array): void {
    this.#member.call(methodAt(name), [request]);
  }
}

/** What a member may keep of all that was asked of it and is wiped away. */
const KEPT_BYTES_MAX = 12_000_000;

test(
  `${REQUESTS} requests, by field and by byte`,
  () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heapUsed = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = heapUsed();
    for (let seed = FIRST_SEED, left = REQUESTS; left > 0; seed++, left -= EPISODE) {
      const requests = Math.min(left, EPISODE);
      try {
        const episode = new Episode(seed);
        episode.run(requests);
        expect(heapUsed() - before, "bytes kept").toBeLessThan(KEPT_BYTES_MAX);
        episode.end();
      } catch (error) {
        throw withSeed(seed, requests, error);
      }
    }
  },
  TIMEOUT_MILLIS,
);
