import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, EtcdError, type EtcdClient } from "@quorate/kv";
import { freePorts } from "./free-ports.ts";
import { BIN, RealProcess } from "./real-process.ts";
import { HERE, type Site } from "./site.ts";

const READY_WITHIN_MS = 30_000;
const POLL_MS = 25;

export interface ClusterOptions {
  /** For every member. */
  readonly flags?: readonly string[];
  /** One for each member; without them they are m1, m2 and so on. */
  readonly names?: readonly string[];
  /** One for each member; without them all run here. */
  readonly sites?: readonly Site[];
}

interface Member {
  readonly name: string;
  readonly site: Site;
  readonly clientUrl: string;
  readonly peerUrl: string;
  process: RealProcess | null;
}

/** Real members of one cluster: `quorate server` as built, on ports of their own. */
export class RealCluster {
  readonly directory: string = mkdtempSync(join(tmpdir(), "quorate-processes-"));
  readonly #members: readonly Member[];
  readonly #extraFlags: readonly string[];

  private constructor(ports: readonly number[], { flags = [], names, sites }: ClusterOptions) {
    const half = ports.length / 2;
    this.#extraFlags = flags;
    this.#members = Array.from({ length: half }, (_, i) => {
      const site = sites?.[i] ?? HERE;
      return {
        name: names?.[i] ?? `m${i + 1}`,
        site,
        clientUrl: `http://${site.clientHost}:${ports[i]}`,
        peerUrl: `http://${site.peerHost}:${ports[half + i]}`,
        process: null,
      };
    });
  }

  /** Gives the members their ports; nothing runs yet. */
  static async prepare(size: number, options: ClusterOptions = {}): Promise<RealCluster> {
    return new RealCluster(await freePorts(2 * size), options);
  }

  /** Starts a new cluster and waits until it serves. */
  static async start(size: number, options: ClusterOptions = {}): Promise<RealCluster> {
    const cluster = await RealCluster.prepare(size, options);
    try {
      for (let i = 0; i < size; i++) cluster.launch(i);
      await cluster.ready();
      return cluster;
    } catch (thrown) {
      await cluster.close();
      throw thrown;
    }
  }

  get endpoints(): readonly string[] {
    return this.#members.map((member) => member.clientUrl);
  }

  get size(): number {
    return this.#members.length;
  }

  peerPort(index: number): number {
    return Number(new URL(this.#member(index).peerUrl).port);
  }

  endpoint(index: number): string {
    return this.#member(index).clientUrl;
  }

  dataDir(index: number): string {
    return join(this.directory, this.#member(index).name);
  }

  /** The flags that say who a member is, for whatever is made for it before it starts. */
  membership(index: number): readonly string[] {
    return this.#membership(this.#member(index));
  }

  /** All that the member's processes have said. */
  log(index: number): string {
    return readFileSync(this.#logFile(this.#member(index)), "utf8");
  }

  launch(index: number, ...flags: readonly string[]): void {
    const member = this.#member(index);
    const { enter } = member.site;
    const command = [...enter, process.execPath, BIN, "server", ...this.#flags(member), ...flags];
    member.process = new RealProcess(command, this.#logFile(member));
  }

  /** Waits until every running member answers a linearizable read. */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (const [index, member] of this.#members.entries()) {
      if (member.process === null) continue;
      while (!(await this.#isHealthy(member))) {
        if (member.process.isOver || performance.now() > deadline) {
          throw new Error(`${member.name} is not ready; its log:\n${this.log(index)}`);
        }
        await pause(POLL_MS);
      }
    }
  }

  /** The member that leads by its own word and by that of a majority; waits for one. */
  async leader(): Promise<number> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (performance.now() < deadline) {
      const votes = new Map<bigint, number>();
      const ids = new Map<bigint, number>();
      for (const [index, member] of this.#members.entries()) {
        const status = await this.#ask(member, ({ maintenance }) => maintenance.status());
        if (!status) continue;
        ids.set(status.header.memberId, index);
        votes.set(status.leader, (votes.get(status.leader) ?? 0) + 1);
      }
      for (const [id, count] of votes) {
        const index = ids.get(id);
        if (id !== 0n && index !== undefined && count > this.size / 2) return index;
      }
      await pause(POLL_MS);
    }
    throw new Error("no leader in time");
  }

  signal(index: number, signal: NodeJS.Signals): void {
    this.#member(index).process?.signal(signal);
  }

  /** Ends the process and waits until it is gone; the exit code, or null after a signal. */
  async end(index: number, signal: NodeJS.Signals): Promise<number | null> {
    const member = this.#member(index);
    const { process: running } = member;
    member.process = null;
    return (await running?.end(signal)) ?? null;
  }

  /** All members' hashes of their keys, as soon as they have applied equally much. */
  async hashes(): Promise<readonly number[]> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const answers = await Promise.all(
        this.#members.map((member) => this.#ask(member, ({ maintenance }) => maintenance.hashKv())),
      );
      const revisions = new Set(answers.map((answer) => answer?.header.revision));
      if (revisions.size === 1 && !revisions.has(undefined))
        return answers.map((answer) => answer?.hash ?? 0);
      if (performance.now() > deadline)
        throw new Error(`members stay apart: ${[...revisions].join(", ")}`);
      await pause(POLL_MS);
    }
  }

  async close(): Promise<void> {
    for (const index of this.#members.keys()) await this.end(index, "SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }

  #member(index: number): Member {
    const member = this.#members[index];
    if (!member) throw new Error(`there is no member ${index}`);
    return member;
  }

  #logFile({ name }: Member): string {
    return join(this.directory, `${name}.log`);
  }

  #flags(member: Member): readonly string[] {
    return [
      ...this.#membership(member),
      `--listen-client-urls=${member.clientUrl}`,
      `--advertise-client-urls=${member.clientUrl}`,
      `--listen-peer-urls=${member.peerUrl}`,
      ...this.#extraFlags,
    ];
  }

  #membership(member: Member): readonly string[] {
    return [
      // In two words: python-etcd3's suite finds the processes by them.
      "--name",
      member.name,
      `--data-dir=${join(this.directory, member.name)}`,
      `--initial-advertise-peer-urls=${member.peerUrl}`,
      `--initial-cluster=${this.#members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",")}`,
    ];
  }

  async #isHealthy(member: Member): Promise<boolean> {
    return (await this.#ask(member, async (client) => (await client.get("health"), true))) ?? false;
  }

  async #ask<Answer>(
    member: Member,
    use: (client: EtcdClient) => Promise<Answer>,
  ): Promise<Answer | null> {
    const client = connect({ endpoints: [member.clientUrl], timeoutMillis: 1000 });
    try {
      return await use(client);
    } catch (thrown) {
      if (thrown instanceof EtcdError) return null;
      throw thrown;
    } finally {
      client.close();
    }
  }
}
