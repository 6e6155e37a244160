import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QuorateError } from "@quorate/core";
import {
  startMember,
  type InitialMember,
  type MemberOptions,
  type RunningEtcdMember,
} from "../../src/index.ts";
import { freePorts } from "./free-ports.ts";

const NAMES = ["one", "two", "three"] as const;

/** Three members in this process, with real disks and sockets. */
export class ThreeMembers {
  readonly fatal: QuorateError[] = [];
  readonly #directory: string;
  readonly #peerPorts: readonly number[];
  readonly #clientPorts: readonly number[];
  readonly #extra: Partial<MemberOptions>;
  readonly #running: (RunningEtcdMember | null)[] = [null, null, null];

  private constructor(directory: string, ports: readonly number[], extra: Partial<MemberOptions>) {
    this.#directory = directory;
    this.#extra = extra;
    this.#peerPorts = ports.slice(0, 3);
    this.#clientPorts = ports.slice(3);
  }

  /** @param extra - goes for all of them */
  static async start(extra: Partial<MemberOptions> = {}): Promise<ThreeMembers> {
    const directory = await mkdtemp(join(tmpdir(), "quorate-members-"));
    const cluster = new ThreeMembers(directory, await freePorts(6), extra);
    await Promise.all(NAMES.map((_, i) => cluster.startOne(i)));
    await cluster.ready();
    return cluster;
  }

  get endpoints(): readonly string[] {
    return this.#clientPorts.map((port) => `127.0.0.1:${port}`);
  }

  options(which: number): MemberOptions {
    const name = NAMES[which] ?? "none";
    const listenClientUrls = [`http://127.0.0.1:${this.#clientPorts[which]}`];
    return {
      name,
      dataDir: join(this.#directory, name),
      listenPeerUrls: this.#initialCluster[which]?.peerUrls ?? [],
      listenClientUrls,
      advertiseClientUrls: listenClientUrls,
      initialCluster: this.#initialCluster,
      initialClusterToken: "test",
      heartbeatMillis: 20,
      electionMillis: 200,
      snapshotEntries: 50,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      onFatal: (error) => this.fatal.push(error),
      ...this.#extra,
    };
  }

  member(which: number): RunningEtcdMember {
    const member = this.#running[which];
    if (!member) throw new Error(`member ${which} does not run`);
    return member;
  }

  /** The member that leads, as it believes itself. */
  leader(): number {
    return this.#running.findIndex((member) => member?.status().role === "leader");
  }

  async startOne(which: number, extra: Partial<MemberOptions> = {}): Promise<void> {
    this.#running[which] = await startMember({ ...this.options(which), ...extra });
  }

  async stopOne(which: number): Promise<void> {
    const member = this.member(which);
    this.#running[which] = null;
    await member.close();
  }

  async ready(): Promise<void> {
    await Promise.all(this.#up.map((member) => member.ready()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#up.map((member) => member.close()));
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #up(): readonly RunningEtcdMember[] {
    return this.#running.filter((member) => member !== null);
  }

  get #initialCluster(): readonly InitialMember[] {
    return NAMES.map((name, i) => ({
      name,
      peerUrls: [`http://127.0.0.1:${this.#peerPorts[i]}`],
    }));
  }
}
