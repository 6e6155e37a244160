import { expect, test } from "vitest";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../../src/zookeeper/apply/index.ts";
import { JuteWriter } from "../../../src/zookeeper/codec/index.ts";
import { ZooKeeperServer } from "../../../src/zookeeper/server/index.ts";
import { FakeLog } from "../../service/fake-log.ts";
import { MemoryStream } from "../fuzz/memory-stream.ts";
import { create, getData } from "../requests.ts";

const TICK_MILLIS = 100;

/** A server, and one client that takes what it is told when the test says so. */
class SlowClient {
  readonly log = new FakeLog<ZooKeeperResult>();
  readonly machine = new ZooKeeperStateMachine();
  readonly why: unknown[] = [];
  readonly stream = new MemoryStream((callback) => this.#deferred.push(callback));
  readonly #deferred: (() => void)[] = [];
  readonly #server: ZooKeeperServer;
  #now = 0;
  #index = 0;

  constructor(timeoutMillis: number) {
    this.#server = new ZooKeeperServer({
      sid: 1,
      log: this.log,
      machine: this.machine,
      tickMillis: TICK_MILLIS,
      limits: { outputBytesMax: 100_000 },
      report: { info: ({ why }) => why !== undefined && this.why.push(why), warn: () => {} },
      now: () => this.#now,
      wallNow: () => this.#now,
      defer: (callback) => void this.#deferred.push(callback),
      newPassword: () => new Uint8Array(16),
      clientPort: () => null,
    });
    this.#server.accept(this.stream);
    const greeting = new JuteWriter().int(0).long(0).int(timeoutMillis).long(0);
    this.say(greeting.buffer(new Uint8Array(16)).bool(false).finish());
    this.commit();
  }

  say(...frames: readonly Uint8Array[]): void {
    const writer = new JuteWriter();
    for (const frame of frames) writer.buffer(frame);
    this.stream.say(writer.finish());
    this.settle();
  }

  commit(): void {
    for (const { command, done } of this.log.proposed.splice(0)) {
      const index = ++this.#index;
      const entry = { index, term: 1, time: 0, kind: "command", data: command } as const;
      this.machine.apply([entry], (_, result) => done({ kind: "done", result, index }));
    }
    this.settle();
  }

  halfTick(): void {
    this.#now += TICK_MILLIS / 2;
    this.#server.tick();
    this.settle();
  }

  settle(): void {
    for (let next = this.#deferred.shift(); next !== undefined; next = this.#deferred.shift()) {
      next();
    }
  }
}

// Once, a client that took its replies as fast as it got more was taken for one that took none.
test("a client is there as long as it takes its replies, and gone when it takes none", () => {
  const client = new SlowClient(3 * TICK_MILLIS);
  client.say(create(1, "/large", { data: new Uint8Array(50_000) }));
  client.commit();
  client.stream.isReading = false;
  client.say(...Array.from({ length: 400 }, (_, i) => getData(2 + i, "/large")));
  for (let i = 0; i < 30; i++) {
    client.stream.drain();
    client.settle();
    client.halfTick();
  }
  expect(client.stream.isClosed).toBe(false);
  for (let i = 0; i < 8; i++) client.halfTick();
  expect(client.stream.isClosed).toBe(true);
  expect(client.why).toEqual(["nothing was heard of it"]);
});
