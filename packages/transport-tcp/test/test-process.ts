import type { NodeId, TransportGroup } from "@quorate/core";
import { onTestFinished } from "vitest";
import { startTcpTransport, type TcpLimits, type TcpTransport } from "../src/index.ts";
import { Waiters } from "./waiters.ts";

/** What a process is started with. */
export interface StartOptions {
  readonly listen?: string;
  readonly incarnation?: number;
  readonly limits?: Partial<TcpLimits>;
}

/** A process with a transport that ends with the test, and what it logs. */
export class TestProcess {
  readonly transport: TcpTransport;
  readonly port: number;
  readonly url: string;
  /** Warnings and news, as `text {fields}`. */
  readonly logged: readonly string[];
  /** As `group/peer`, for every time that the way there and back was measured. */
  readonly roundTrips: readonly string[];
  readonly #waiters: Waiters;

  private constructor(
    transport: TcpTransport,
    logged: readonly string[],
    roundTrips: readonly string[],
    waiters: Waiters,
  ) {
    this.transport = transport;
    this.roundTrips = roundTrips;
    this.port = transport.addresses[0]?.port ?? 0;
    this.url = `http://127.0.0.1:${this.port}`;
    this.logged = logged;
    this.#waiters = waiters;
  }

  static async start(options: StartOptions = {}): Promise<TestProcess> {
    const logged: string[] = [];
    const roundTrips: string[] = [];
    const waiters = new Waiters();
    const log = (fields: Readonly<Record<string, unknown>>, text: string): void => {
      logged.push(`${text} ${JSON.stringify(fields)}`);
      waiters.wake();
    };
    const transport = await startTcpTransport({
      listen: [options.listen ?? "http://127.0.0.1:0"],
      incarnation: options.incarnation ?? 1,
      random: () => 0.5,
      log: { info: log, warn: log },
      onRoundTrip: (group, peer, millis) => {
        if (millis >= 0) roundTrips.push(`${group}/${peer}`);
        waiters.wake();
      },
      limits: { redialMillisMin: 1, redialMillisMax: 8, ...options.limits },
    });
    onTestFinished(() => transport.close());
    return new TestProcess(transport, logged, roundTrips, waiters);
  }

  async hasMeasured(...names: readonly string[]): Promise<void> {
    await this.#waiters.until(() => names.every((name) => this.roundTrips.includes(name)));
  }

  /** Resolves once something with all the texts was logged. */
  async hasLogged(...texts: readonly string[]): Promise<void> {
    await this.#waiters.until(() =>
      this.logged.some((line) => texts.every((text) => line.includes(text))),
    );
  }

  /** @param peers - their URLs; none for who is not to be dialled */
  join(
    group: string,
    self: NodeId,
    peers: Readonly<Record<NodeId, string | readonly string[] | null>>,
    cluster: string = "c1",
  ): TestMember {
    return new TestMember(this.transport, { group, cluster, self }, placesOf(peers));
  }
}

/** A member of a group, and everything it was told. */
export class TestMember {
  /** As `up b/1`, `down b`, `b: text`. */
  readonly told: string[] = [];
  onTold: (what: string) => void = () => {};
  readonly #group: TransportGroup;
  readonly #waiters = new Waiters();

  constructor(
    transport: TcpTransport,
    identity: Parameters<TcpTransport["join"]>[0],
    peers: ReadonlyMap<NodeId, readonly string[]>,
  ) {
    this.#group = transport.join(identity, peers, {
      linkUp: (peer, life) => this.#tell(`up ${peer}/${life}`),
      linkDown: (peer) => this.#tell(`down ${peer}`),
      receive: (peer, frame) => this.#tell(`${peer}: ${Buffer.from(frame).toString()}`),
    });
  }

  /** Resolves once the text was told so many times. */
  until(what: string, count: number = 1): Promise<void> {
    return this.#waiters.until(() => this.told.filter((line) => line === what).length >= count);
  }

  send(to: NodeId, text: string): void {
    this.#group.send(to, [Buffer.from(text)]);
  }

  setPeers(peers: Readonly<Record<NodeId, string | readonly string[] | null>>): void {
    this.#group.setPeers(placesOf(peers));
  }

  leave(): void {
    this.#group.leave();
  }

  #tell(what: string): void {
    this.told.push(what);
    this.onTold(what);
    this.#waiters.wake();
  }
}

function placesOf(
  peers: Readonly<Record<NodeId, string | readonly string[] | null>>,
): ReadonlyMap<NodeId, readonly string[]> {
  return new Map(
    Object.entries(peers).map(([id, urls]) => [
      id,
      urls === null ? [] : typeof urls === "string" ? [urls] : urls,
    ]),
  );
}
