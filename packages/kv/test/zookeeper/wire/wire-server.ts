import { afterAll, afterEach, beforeAll } from "vitest";
import type { ListeningServerOptions } from "../listening-server.ts";
import { MemoryEnsemble } from "../memory-ensemble.ts";
import { create } from "./operations.ts";
import { WireClient, type Hello } from "./wire-client.ts";

/** `host:port` of a ZooKeeper by Apache that the tables are to be held against; the first of several. */
const ORIGINAL = process.env["QUORATE_WIRE_SERVER"]?.split(",")[0];

/** Ours answers as 3.9 does; the original that Debian has is 3.8.0, and differs here and there. */
export const isOriginal: boolean = ORIGINAL !== undefined;

/** What the two are expected to answer, where it is not the same. */
export function either<Expected>(ours: Expected, original: Expected): Expected {
  return isOriginal ? original : ours;
}

/** The superuser. */
export const SUPERUSER = "super:secret";

/** What the original's zoo.cfg and JVM flags must say as well. */
const OPTIONS = {
  tickMillis: 500,
  minSessionTimeoutMillis: 1000,
  maxSessionTimeoutMillis: 60_000,
  extendedTypes: true,
  enforceQuota: true,
  superDigest: "super:lK75jTNcA+U9vtVEw5vB51mj/w4=",
  fourLetterWords: ["*"],
  containers: { checkIntervalMillis: 1000, maxPerMinute: 10_000, maxNeverUsedMillis: 0 },
  limits: { connectionsPerAddress: 0 },
} satisfies Partial<ListeningServerOptions>;

let homes = 0;

/** A server for the tests of a file, and clients that end with each test. */
export class WireServer {
  readonly #clients: WireClient[] = [];
  #ensemble: MemoryEnsemble | null = null;

  constructor(options: Partial<ListeningServerOptions> = {}) {
    beforeAll(async () => {
      if (isOriginal) return;
      this.#ensemble = await MemoryEnsemble.start("zab", 1, { ...OPTIONS, ...options });
    });
    afterEach(() => {
      for (const client of this.#clients.splice(0)) client.destroy();
    });
    afterAll(() => this.#ensemble?.close());
  }

  /** A connection on which nothing was said yet. */
  async connect(home: string = ""): Promise<WireClient> {
    const ours = `127.0.0.1:${this.#ensemble?.leader.port}`;
    const [host = "", port] = (ORIGINAL ?? ours).split(":");
    const client = await WireClient.connect(host, Number(port), home);
    this.#clients.push(client);
    return client;
  }

  /** A client with a session; with a home that is there, and its own, unless it is given another's. */
  async open(home: string | null = null, hello: Hello = {}): Promise<WireClient> {
    const client = await this.connect(home ?? `/wire-${process.pid}-${Date.now()}-${++homes}`);
    if ((await client.greet(hello)) === null) throw new Error("the server hangs up");
    if (home === null) await client.all([create("~")]);
    return client;
  }
}
