import type { Entry, ErrorCode, Prng } from "@quorate/core";
import { QuorateError } from "@quorate/core";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../../src/zookeeper/apply/index.ts";
import { SERVER_LIMITS, ZooKeeperServer } from "../../../src/zookeeper/server/index.ts";
import { must } from "../../etcd/fuzz/replica.ts";
import { FakeLog } from "../../service/fake-log.ts";
import { errorName } from "../wire/errors.ts";
import { MemoryStream } from "./memory-stream.ts";
import { Replica } from "./replica.ts";

const TICK_MILLIS = 1000;

/** Small, so that clients come up against them. */
const LIMITS = {
  ...SERVER_LIMITS,
  frameBytesMax: 10_000,
  outstandingMax: 60,
  outstandingPerConnection: 30,
  outstandingBytesMax: 100_000,
  unfinishedBytesMax: 20_000,
  outputBytesMax: 20_000,
  notificationBytesMax: 50_000,
  watchesPerConnection: 6,
};

/** One reply more may come, and that of a `multi` may be long. */
const OUTPUT_BYTES_MAX = LIMITS.outputBytesMax + LIMITS.notificationBytesMax + 100_000;

/** Turns in which everything that was asked must have come to rest. */
const TURNS_MAX = 10_000;

/** A server without sockets that is asked anything at all, in virtual time. */
export class FuzzedServer {
  readonly log = new FakeLog<ZooKeeperResult>();
  readonly #machine = new ZooKeeperStateMachine();
  readonly #replica = new Replica();
  readonly #server: ZooKeeperServer;
  #streams: MemoryStream[] = [];
  #deferred: (() => void)[] = [];
  #now = 1000;
  #index = 0;
  #secrets = 0;

  constructor() {
    const defer = (callback: () => void): void => void this.#deferred.push(callback);
    this.#server = new ZooKeeperServer({
      sid: 1,
      log: this.log,
      machine: this.#machine,
      tickMillis: TICK_MILLIS,
      extendedTypes: true,
      enforceQuota: true,
      superDigest: "super:lK75jTNcA+U9vtVEw5vB51mj/w4=",
      fourLetterWords: ["*"],
      limits: LIMITS,
      report: { info: () => {}, warn: () => {} },
      now: () => this.#now,
      wallNow: () => this.#now,
      defer,
      newPassword: () => Uint8Array.from({ length: 16 }, () => (this.#secrets++ * 7) & 0xff),
      clientPort: () => null,
    });
  }

  connect(): MemoryStream {
    const stream = new MemoryStream((callback) => void this.#deferred.push(callback));
    this.#streams.push(stream);
    this.#server.accept(stream);
    return stream;
  }

  /** Lets some of what is under way happen, or all of it. */
  turn(prng: Prng): void {
    const { proposed, reads, asked } = this.log;
    this.#commit(prng.below(proposed.length + 1));
    for (const done of reads.splice(0, prng.below(reads.length + 1))) done(null);
    for (const { done } of asked.splice(0)) done(new Uint8Array(0));
    this.#runDeferred();
    this.#checkBounds();
  }

  pass(millis: number): void {
    this.#now += millis;
    this.#server.tick();
  }

  /** Everything under way fails. */
  fail(code: ErrorCode): void {
    const error = new QuorateError(code, "as the test wants");
    for (const { done } of this.log.proposed.splice(0)) done({ kind: "failed", error });
    for (const done of this.log.reads.splice(0)) done(error);
  }

  /** An entry that no server need have proposed; answers what comes of it. */
  applyAlso(command: Uint8Array): string {
    let outcome = "";
    this.#apply(command, (_entry, result) => {
      outcome = result.kind === "refused" ? errorName(result.error) : result.kind;
    });
    return outcome;
  }

  /** A command that a server has proposed and that is not committed yet. */
  somethingProposed(prng: Prng): Uint8Array | null {
    const { proposed } = this.log;
    return proposed.length === 0 ? null : prng.pick(proposed).command;
  }

  /** Lets the log answer, and clients read, until nothing happens any more. */
  async rest(): Promise<void> {
    for (let turns = 0; ; turns++) {
      must(turns < TURNS_MAX, `it comes to rest within ${TURNS_MAX} turns`);
      const { proposed, reads, asked } = this.log;
      const isBusy = proposed.length + reads.length + asked.length + this.#deferred.length > 0;
      this.#commit(Infinity);
      for (const done of reads.splice(0)) done(null);
      for (const { done } of asked.splice(0)) done(new Uint8Array(0));
      this.#runDeferred();
      this.#checkBounds();
      for (const stream of this.#streams) stream.drain();
      // Four-letter words are answered by promises.
      await Promise.resolve();
      if (!isBusy && this.#deferred.length === 0) break;
    }
    this.#streams = this.#streams.filter((stream) => !stream.isClosed);
  }

  /** Members are equal, also one that goes on from a snapshot. */
  compare(): void {
    this.#replica.compareWith(this.#machine);
  }

  /** All clients leave: nothing may be left of them. */
  async end(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    await this.rest();
    const { backlog, watches, unfinished } = this.#server;
    must(backlog.count === 0, "nothing is under way when all have gone");
    must(watches.count === 0, "no watches are left when all have gone");
    must(unfinished.take(LIMITS.unfinishedBytesMax), "nothing is held of requests that broke off");
    this.compare();
    this.#server.close();
  }

  #commit(most: number): void {
    for (const { command, done } of this.log.proposed.splice(0, most)) {
      this.#apply(command, (entry, result) => {
        done({ kind: "done", result, index: entry.index });
      });
    }
  }

  #apply(data: Uint8Array, done: (entry: Entry, result: ZooKeeperResult) => void): void {
    const entry: Entry = { index: ++this.#index, term: 2, time: this.#now, kind: "command", data };
    // The log's own copy: requests that are decoded later must not have changed.
    const kept: Entry = { ...entry, data: data.slice() };
    let results = 0;
    this.#machine.apply([entry], (_, result) => {
      results++;
      done(entry, result);
    });
    must(results === 1, "every command gives one result");
    this.#replica.take(kept);
  }

  #runDeferred(): void {
    for (const callback of this.#deferred.splice(0)) callback();
  }

  #checkBounds(): void {
    const { backlog } = this.#server;
    must(backlog.count <= LIMITS.outstandingMax + this.#streams.length, "the backlog is bounded");
    for (const { pendingBytes } of this.#streams) {
      must(
        pendingBytes <= OUTPUT_BYTES_MAX,
        "what waits for a client that does not read is bounded",
      );
    }
  }
}
