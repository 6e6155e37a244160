import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { encodeRange } from "../../../src/etcd/codec/index.ts";
import { freePorts } from "../../compose/free-ports.ts";
import { GrpcPeer } from "./grpc-peer.ts";
import { methodAt } from "./methods.ts";
import { EVERYTHING } from "./values.ts";

/** The version of the etcd on this machine, such as `3.4.23`; null when there is none. */
export const ETCD_VERSION: string | null = (() => {
  try {
    const text = execFileSync("etcd", ["--version"], { encoding: "utf8" });
    return /^etcd Version: (\S+)/.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
})();

const READY_WITHIN_MILLIS = 30_000;
const POLL_MILLIS = 50;
const DEAD_WITHIN_MILLIS = 5000;

/** A cluster of one real etcd, on ports and in a directory of its own. */
export class RealEtcd {
  readonly endpoint: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "quorate-etcd-"));
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;

  private constructor([clientPort, peerPort]: readonly number[]) {
    this.endpoint = `127.0.0.1:${clientPort}`;
    const client = `http://${this.endpoint}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    const log = openSync(this.#logFile, "a");
    const flags = [
      ["--name", "real"],
      ["--data-dir", join(this.#directory, "data")],
      ["--listen-client-urls", client],
      ["--advertise-client-urls", client],
      ["--listen-peer-urls", peer],
      ["--initial-advertise-peer-urls", peer],
      ["--initial-cluster", `real=${peer}`],
    ];
    this.#child = spawn("etcd", flags.flat(), {
      stdio: ["ignore", log, log],
      env: { PATH: process.env["PATH"] },
    });
    closeSync(log);
    this.#gone = new Promise((resolve) => this.#child.once("close", resolve));
  }

  static async start(): Promise<RealEtcd> {
    const etcd = new RealEtcd(await freePorts(2));
    await etcd.#ready();
    return etcd;
  }

  /** Whether it has died, or is about to: its connections break before it is gone. */
  async dies(): Promise<boolean> {
    await Promise.race([this.#gone, pause(DEAD_WITHIN_MILLIS)]);
    return this.#hasDied;
  }

  get #hasDied(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The end of what it has logged. */
  get log(): string {
    return readFileSync(this.#logFile, "utf8").slice(-3000);
  }

  async close(): Promise<void> {
    if (!this.#hasDied) this.#child.kill("SIGKILL");
    await this.#gone;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #logFile(): string {
    return join(this.#directory, "log");
  }

  async #ready(): Promise<void> {
    const peer = new GrpcPeer(this.endpoint);
    const deadline = performance.now() + READY_WITHIN_MILLIS;
    const everything = encodeRange(EVERYTHING);
    while ((await peer.ask(methodAt("KV/Range"), everything)).code !== 0) {
      if (performance.now() > deadline || this.#hasDied) {
        throw new Error(`etcd does not come up:\n${this.log}`);
      }
      await pause(POLL_MILLIS);
    }
    peer.close();
  }
}
