import { QuorateError, type ErrorCode, type GroupView } from "@quorate/core";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../../src/zookeeper/apply/index.ts";
import {
  startZooKeeperServer,
  type ListeningServer,
  type ListeningServerOptions,
} from "../listening-server.ts";
import { FakeLog } from "../../service/fake-log.ts";
import { JuteClient, until, type Greeting } from "./jute-client.ts";

export const TICK_MILLIS = 100;

/**
 * A server on real sockets over a real state machine, in virtual time, with a log that the test
 * answers for.
 */
export class ServerUnderTest {
  readonly log: FakeLog<ZooKeeperResult>;
  readonly machine = new ZooKeeperStateMachine();
  readonly clock = { now: 50_000 };
  readonly reports: (Readonly<Record<string, unknown>> & { readonly text: string })[] = [];
  readonly #clients: JuteClient[] = [];
  #server: ListeningServer | null = null;
  #index = 0;

  private constructor(view: Partial<GroupView>) {
    this.log = new FakeLog(view);
  }

  static async start(
    options: Partial<ListeningServerOptions> = {},
    view: Partial<GroupView> = {},
  ): Promise<ServerUnderTest> {
    const test = new ServerUnderTest(view);
    const report = (fields: Readonly<Record<string, unknown>>, text: string): void =>
      void test.reports.push({ ...fields, text });
    test.#server = await startZooKeeperServer({
      sid: 1,
      log: test.log,
      machine: test.machine,
      listen: [{ host: "127.0.0.1", port: 0 }],
      tickMillis: TICK_MILLIS,
      now: () => test.clock.now,
      newPassword: () => Uint8Array.from({ length: 16 }, (_, i) => i + 1),
      report: { info: report, warn: report },
      ...options,
    });
    return test;
  }

  get server(): ListeningServer {
    if (this.#server === null) throw new Error("the server does not run");
    return this.#server;
  }

  /** Why connections were closed, as far as it was the server's wish. */
  get reasons(): unknown[] {
    return this.reports.filter(({ why }) => why !== undefined).map(({ why }) => why);
  }

  async connect(): Promise<JuteClient> {
    const client = await JuteClient.connect(this.server.addresses[0]?.port ?? 0);
    this.#clients.push(client);
    return client;
  }

  /** A client with a session, and the session as the server knows it. */
  async open(greeting: Greeting = {}): Promise<JuteClient> {
    const client = await this.connect();
    client.greet(greeting);
    await this.proposed(1);
    this.commit();
    await client.welcome();
    return client;
  }

  /** Waits until so many commands wait to be committed. */
  async proposed(count: number): Promise<void> {
    await until(() => this.log.proposed.length >= count);
  }

  /** Commits and applies what was proposed, in order; at most so many. */
  commit(count = Infinity): void {
    for (const { command, done } of this.log.proposed.splice(0, count)) {
      const index = ++this.#index;
      const { term } = this.log.view();
      const entry = { index, term, time: 1_000 + index, kind: "command", data: command } as const;
      this.machine.apply([entry], (_, result) => done({ kind: "done", result, index }));
    }
  }

  /** Fails what was proposed. */
  fail(code: ErrorCode): void {
    const error = new QuorateError(code, "as the test wants");
    for (const { done } of this.log.proposed.splice(0)) done({ kind: "failed", error });
  }

  /** Lets time pass in half ticks, as a member does. */
  pass(millis: number): void {
    for (let passed = 0; passed < millis; passed += TICK_MILLIS / 2) {
      this.clock.now += TICK_MILLIS / 2;
      this.server.tick();
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#server?.close();
  }
}
