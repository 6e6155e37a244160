import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../../src/client/connect.ts";
import { EtcdError } from "../../src/client/etcd-error.ts";
import { freePorts } from "../compose/free-ports.ts";

/** etcd's own server: Debian's package etcd-server has it. */
const ETCD = process.env["QUORATE_ETCD"] ?? "etcd";

/** Whether it is on this machine. */
export const hasEtcd: boolean = (() => {
  try {
    execFileSync(ETCD, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** For the names of tests that need it. */
export const SKIPPED: string = hasEtcd ? "" : ": skipped, set QUORATE_ETCD to the path of etcd";

const READY_WITHIN_MILLIS = 60_000;
const POLL_MILLIS = 20;

interface Server {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  child: ChildProcess | null;
}

/** One etcd server or a cluster of them, on ports and in a directory of its own. */
export class RealEtcd {
  readonly #directory = mkdtempSync(join(tmpdir(), "quorate-etcd-"));
  readonly #servers: readonly Server[];

  private constructor(ports: readonly number[]) {
    const size = ports.length / 2;
    this.#servers = Array.from({ length: size }, (_, i) => ({
      name: `etcd${i + 1}`,
      clientUrl: `http://127.0.0.1:${ports[i]}`,
      peerUrl: `http://127.0.0.1:${ports[size + i]}`,
      child: null,
    }));
  }

  /** Starts new servers and waits until each of them serves. */
  static async start(size = 1): Promise<RealEtcd> {
    const etcd = new RealEtcd(await freePorts(2 * size));
    for (const server of etcd.#servers) etcd.#launch(server);
    for (const server of etcd.#servers) await etcd.#ready(server);
    return etcd;
  }

  get endpoints(): readonly string[] {
    return this.#servers.map(({ clientUrl }) => clientUrl);
  }

  /** Starts a server again that was killed, and waits until it serves. */
  async restart(index: number): Promise<void> {
    const server = this.#server(index);
    this.#launch(server);
    await this.#ready(server);
  }

  signal(index: number, signal: NodeJS.Signals): void {
    this.#server(index).child?.kill(signal);
  }

  async kill(index: number): Promise<void> {
    const server = this.#server(index);
    const { child } = server;
    server.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  async close(): Promise<void> {
    for (const index of this.#servers.keys()) await this.kill(index);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #launch(server: Server): void {
    const { name, clientUrl, peerUrl } = server;
    const log = openSync(this.#log(server), "a");
    const flags = [
      `--name=${name}`,
      `--data-dir=${join(this.#directory, name)}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=${this.#servers.map((each) => `${each.name}=${each.peerUrl}`).join(",")}`,
      "--heartbeat-interval=50",
      "--election-timeout=500",
    ];
    const environment = { PATH: process.env["PATH"] };
    server.child = spawn(ETCD, flags, { stdio: ["ignore", log, log], env: environment });
    closeSync(log);
  }

  async #ready(server: Server): Promise<void> {
    const client = connect({ endpoints: [server.clientUrl], timeoutMillis: 1000 });
    const deadline = performance.now() + READY_WITHIN_MILLIS;
    try {
      while (!(await isServing(client.get("health")))) {
        if (performance.now() > deadline || server.child?.exitCode !== null) {
          throw new Error(
            `${server.name} does not get there:\n${readFileSync(this.#log(server), "utf8")}`,
          );
        }
        await pause(POLL_MILLIS);
      }
    } finally {
      client.close();
    }
  }

  #log({ name }: Server): string {
    return join(this.#directory, `${name}.log`);
  }

  #server(index: number): Server {
    const server = this.#servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }
}

async function isServing(read: Promise<unknown>): Promise<boolean> {
  try {
    await read;
    return true;
  } catch (thrown) {
    if (thrown instanceof EtcdError) return false;
    throw thrown;
  }
}
