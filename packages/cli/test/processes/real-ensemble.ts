import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLogRecord, type LogRecord } from "../../src/log/log-record.ts";
import type { HostPort } from "../../src/zookeeper/host-port.ts";
import { serverStatus, type ServerStatus } from "../../src/zookeeper-client/server-status.ts";
import { ZooKeeperError } from "../../src/zookeeper-client/zookeeper-error.ts";
import { freePorts } from "./free-ports.ts";
import { BIN, RealProcess } from "./real-process.ts";
import { HERE, type Site } from "./site.ts";
import { until } from "./until.ts";

const ASK_WITHIN_MS = 1000;
const OURS: readonly string[] = [process.execPath, BIN, "zookeeper"];
const EPOCH_BITS = 32n;

type Settings = Readonly<Record<string, string | number>>;

export interface EnsembleOptions {
  /** Keys of every `zoo.cfg`. */
  readonly settings?: Settings;
  /** One for each server; without them all run here. */
  readonly sites?: readonly Site[];
  /** What a server is started with, before its `zoo.cfg`; another than ours, to compare. */
  readonly program?: readonly string[];
}

interface Server {
  readonly sid: number;
  readonly site: Site;
  readonly clientPort: number;
  readonly quorumPort: number;
  readonly electionPort: number;
  process: RealProcess | null;
}

/** Real servers of one ensemble, by their numbers: `quorate zookeeper` as built, each from its own `zoo.cfg`. */
export class RealEnsemble {
  readonly directory: string = mkdtempSync(join(tmpdir(), "quorate-ensemble-"));
  readonly #servers: readonly Server[];
  readonly #program: readonly string[];

  private constructor(
    ports: readonly number[],
    { settings = {}, sites, program = OURS }: EnsembleOptions,
  ) {
    const size = ports.length / 3;
    this.#program = program;
    this.#servers = Array.from({ length: size }, (_, i) => ({
      sid: i + 1,
      site: sites?.[i] ?? HERE,
      clientPort: ports[i] ?? 0,
      quorumPort: ports[size + i] ?? 0,
      electionPort: ports[2 * size + i] ?? 0,
      process: null,
    }));
    for (const server of this.#servers) this.#write(server, settings);
  }

  /** Writes the servers' files; nothing runs yet. */
  static async prepare(size: number, options: EnsembleOptions = {}): Promise<RealEnsemble> {
    return new RealEnsemble(await freePorts(3 * size), options);
  }

  /** Starts a new ensemble and waits until it serves. */
  static async start(size: number, options: EnsembleOptions = {}): Promise<RealEnsemble> {
    const ensemble = await RealEnsemble.prepare(size, options);
    try {
      ensemble.launch(...ensemble.sids);
      await ensemble.ready();
      return ensemble;
    } catch (thrown) {
      await ensemble.close();
      throw thrown;
    }
  }

  get sids(): readonly number[] {
    return this.#servers.map(({ sid }) => sid);
  }

  get endpoints(): readonly HostPort[] {
    return this.sids.map((sid) => this.endpoint(sid));
  }

  /** Where clients reach the server. */
  endpoint(sid: number): HostPort {
    const { site, clientPort } = this.#server(sid);
    return { host: site.clientHost, port: clientPort };
  }

  quorumPort(sid: number): number {
    return this.#server(sid).quorumPort;
  }

  electionPort(sid: number): number {
    return this.#server(sid).electionPort;
  }

  /** The server's process. */
  pid(sid: number): number {
    return this.#server(sid).process?.pid ?? 0;
  }

  zooCfg(sid: number): string {
    return join(this.#directoryOf(sid), "zoo.cfg");
  }

  dataDir(sid: number): string {
    return join(this.#directoryOf(sid), "data");
  }

  launch(...sids: readonly number[]): void {
    for (const sid of sids) {
      const server = this.#server(sid);
      const command = [...server.site.enter, ...this.#program, this.zooCfg(sid)];
      server.process = new RealProcess(command, this.#logFile(sid));
    }
  }

  /** Ends the processes and waits until they are gone. */
  async kill(...sids: readonly number[]): Promise<void> {
    await Promise.all(sids.map((sid) => this.end(sid, "SIGKILL")));
  }

  signal(sid: number, signal: NodeJS.Signals): void {
    this.#server(sid).process?.signal(signal);
  }

  /** Ends the process and waits until it is gone; the exit code, or null after a signal. */
  async end(sid: number, signal: NodeJS.Signals): Promise<number | null> {
    const server = this.#server(sid);
    const { process: running } = server;
    server.process = null;
    return (await running?.end(signal)) ?? null;
  }

  /** Waits until every server that was started serves. */
  async ready(): Promise<void> {
    for (const { sid, process: running } of this.#servers) {
      if (running === null) continue;
      await this.until(`server ${sid} serves`, async () => this.status(sid));
    }
  }

  /** Waits as {@link until}; a failure shows the servers' logs. */
  async until<Answer>(what: string, ask: () => Promise<Answer | null>): Promise<Answer> {
    try {
      return await until(what, async () => {
        const over = this.#servers.find(({ process: running }) => running?.isOver === true);
        if (over) throw new Error(`server ${over.sid} has ended`);
        return ask();
      });
    } catch (thrown) {
      const logs = this.#servers.map(({ sid }) => `server ${sid}:\n${this.#logText(sid)}`);
      throw new Error(`${String(thrown)}\n${logs.join("\n")}`, { cause: thrown });
    }
  }

  /** What the server says of itself; null when it serves nobody. */
  async status(sid: number): Promise<ServerStatus | null> {
    try {
      return await serverStatus(this.endpoint(sid), ASK_WITHIN_MS);
    } catch (thrown) {
      if (thrown instanceof ZooKeeperError) return null;
      throw thrown;
    }
  }

  /** One of the facts that `mntr` tells, without its `zk_`; null when the server serves nobody. */
  async fact(sid: number, name: string): Promise<string | null> {
    return (await this.status(sid))?.monitor?.get(`zk_${name}`) ?? null;
  }

  /** The server that leads; waits for one. A deposed one that does not know it yet does not count. */
  leader(): Promise<number> {
    return this.until("somebody leads", async () => {
      const modes = new Map<number, ServerStatus>();
      for (const sid of this.sids) {
        const status = await this.status(sid);
        if (status) modes.set(sid, status);
      }
      const epochs = [...modes].map(([sid, status]) => ({
        sid,
        leads: status.mode === "leader",
        // Only ours tell it before the first transaction of a new one.
        epoch: Number(status.monitor?.get("zk_epoch") ?? status.zxid >> EPOCH_BITS),
      }));
      const newest = Math.max(...epochs.map(({ epoch }) => epoch));
      return epochs.find(({ epoch, leads }) => leads && epoch === newest)?.sid ?? null;
    });
  }

  /** The digests of all servers' trees, as soon as they have applied equally much. */
  async digests(): Promise<readonly string[]> {
    const statuses = await this.until("all servers have applied the same", async () => {
      const all = await Promise.all(this.sids.map((sid) => this.status(sid)));
      const zxids = new Set(all.map((status) => status?.monitor?.get("zk_last_zxid")));
      return zxids.size === 1 && !zxids.has(undefined) ? all : null;
    });
    return statuses.map((status) => status?.monitor?.get("zk_tree_digest") ?? "");
  }

  /** What the server has logged in these words, over all its lives. */
  logged(sid: number, text: string): readonly LogRecord[] {
    return this.#logText(sid)
      .split("\n")
      .map(readLogRecord)
      .filter((record) => record !== null)
      .filter((record) => record.text === text);
  }

  async close(): Promise<void> {
    await this.kill(...this.sids);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #server(sid: number): Server {
    const server = this.#servers.find((each) => each.sid === sid);
    if (!server) throw new Error(`there is no server ${sid}`);
    return server;
  }

  #directoryOf(sid: number): string {
    return join(this.directory, String(sid));
  }

  #logFile(sid: number): string {
    return join(this.#directoryOf(sid), "log");
  }

  #logText(sid: number): string {
    return existsSync(this.#logFile(sid)) ? readFileSync(this.#logFile(sid), "utf8") : "";
  }

  #write({ sid, site, clientPort }: Server, settings: Settings): void {
    mkdirSync(this.dataDir(sid), { recursive: true });
    writeFileSync(join(this.dataDir(sid), "myid"), `${sid}\n`);
    const values = {
      tickTime: 500,
      initLimit: 10,
      syncLimit: 4,
      dataDir: this.dataDir(sid),
      clientPort,
      clientPortAddress: site.clientHost,
      "4lw.commands.whitelist": "*",
      ...settings,
    };
    const lines = [
      ...Object.entries(values).map(([key, value]) => `${key}=${value}`),
      ...this.#servers.map(
        (of) => `server.${of.sid}=${of.site.peerHost}:${of.quorumPort}:${of.electionPort}`,
      ),
    ];
    writeFileSync(this.zooCfg(sid), `${lines.join("\n")}\n`);
  }
}
