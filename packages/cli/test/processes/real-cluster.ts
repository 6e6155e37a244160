import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { GrpcError } from "../../src/client/grpc-error.ts";
import { etcdService } from "../../src/dev/etcd-service.ts";
import { firstTaken, portsFrom } from "../../src/dev/ports.ts";

/** The command line as it is installed. */
export const BIN: string = fileURLToPath(new URL("../../bin/quorate.js", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const CLIENT_PORT_MAX = 65_000;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 25;

interface Member {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  child: ChildProcess | null;
}

/** Real members of one cluster: `quorate server` as built, on ports of their own. */
export class RealCluster {
  readonly directory: string = mkdtempSync(join(tmpdir(), "quorate-processes-"));
  readonly #members: readonly Member[];
  readonly #extraFlags: readonly string[];

  private constructor(ports: readonly number[], extraFlags: readonly string[]) {
    const half = ports.length / 2;
    this.#extraFlags = extraFlags;
    this.#members = Array.from({ length: half }, (_, i) => ({
      name: `m${i + 1}`,
      clientUrl: `http://127.0.0.1:${ports[i]}`,
      peerUrl: `http://127.0.0.1:${ports[half + i]}`,
      child: null,
    }));
  }

  /** Starts a new cluster and waits until it serves. */
  static async start(size: number, extraFlags: readonly string[] = []): Promise<RealCluster> {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: build first, with npm run build`);
    const cluster = new RealCluster(await freePorts(2 * size), extraFlags);
    for (let i = 0; i < size; i++) cluster.launch(i);
    await cluster.ready();
    return cluster;
  }

  get endpoints(): readonly string[] {
    return this.#members.map((member) => member.clientUrl);
  }

  get size(): number {
    return this.#members.length;
  }

  endpoint(index: number): string {
    return this.#member(index).clientUrl;
  }

  dataDir(index: number): string {
    return join(this.directory, this.#member(index).name);
  }

  log(index: number): string {
    return readFileSync(`${this.dataDir(index)}.log`, "utf8");
  }

  launch(index: number, ...flags: readonly string[]): void {
    const member = this.#member(index);
    const log = openSync(`${this.dataDir(index)}.log`, "a");
    member.child = spawn(process.execPath, [BIN, "server", ...this.#flags(member), ...flags], {
      stdio: ["ignore", log, log],
      // The members run from what was built, whatever conditions this process runs under.
      env: { PATH: process.env["PATH"] ?? "" },
    });
    closeSync(log);
  }

  /** Waits until every running member answers a linearizable read. */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (const [index, member] of this.#members.entries()) {
      if (member.child === null) continue;
      while (!(await this.#isHealthy(member))) {
        if (member.child.exitCode !== null || performance.now() > deadline) {
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
        const status = await this.#ask(member, (client) => client.status());
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
    this.#member(index).child?.kill(signal);
  }

  /** Ends the process and waits until it is gone; the exit code, or null after a signal. */
  async end(index: number, signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this.#member(index);
    if (!child) return null;
    this.#member(index).child = null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const gone = new Promise<number | null>((resolve) =>
      child.once("exit", (code) => resolve(code)),
    );
    child.kill(signal);
    return gone;
  }

  /** All members' hashes of their keys, as soon as they have applied equally much. */
  async hashes(): Promise<readonly number[]> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const answers = await Promise.all(
        this.#members.map((member) => this.#ask(member, (client) => client.hashKv())),
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
    for (const [index, member] of this.#members.entries()) {
      member.child?.kill("SIGCONT");
      await this.end(index, "SIGKILL");
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #member(index: number): Member {
    const member = this.#members[index];
    if (!member) throw new Error(`there is no member ${index}`);
    return member;
  }

  #flags(member: Member): readonly string[] {
    return [
      `--name=${member.name}`,
      `--data-dir=${join(this.directory, member.name)}`,
      `--listen-client-urls=${member.clientUrl}`,
      `--advertise-client-urls=${member.clientUrl}`,
      `--listen-peer-urls=${member.peerUrl}`,
      `--initial-advertise-peer-urls=${member.peerUrl}`,
      `--initial-cluster=${this.#members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",")}`,
      ...this.#extraFlags,
    ];
  }

  async #isHealthy(member: Member): Promise<boolean> {
    return (await this.#ask(member, async (client) => (await client.checkHealth(), true))) ?? false;
  }

  async #ask<Answer>(
    member: Member,
    use: (client: EtcdClient) => Promise<Answer>,
  ): Promise<Answer | null> {
    const client = new EtcdClient([member.clientUrl], 1000);
    try {
      return await use(client);
    } catch (thrown) {
      if (thrown instanceof GrpcError) return null;
      throw thrown;
    } finally {
      client.close();
    }
  }
}

/** Ports that nobody listens on at this moment, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A first port such that the members' client ports and their peer ports (+100) are free. */
export async function freeBase(members: number): Promise<number> {
  for (;;) {
    const [base = 0] = await freePorts(1);
    if (
      base <= CLIENT_PORT_MAX &&
      (await firstTaken(portsFrom(base, members, etcdService))) === null
    )
      return base;
  }
}
