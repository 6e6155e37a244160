import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "@quorate/kv";
import { afterAll, afterEach, expect, test } from "vitest";
import { readDevState, type DevState } from "../../src/dev/dev-state.ts";
import { etcdService } from "../../src/dev/etcd-service.ts";
import { zooKeeperService } from "../../src/dev/zookeeper-service.ts";
import { EXIT } from "../../src/exit-codes.ts";
import { freeBase } from "./free-ports.ts";
import { BIN } from "./real-process.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

const directory = mkdtempSync(join(tmpdir(), "quorate-dev-process-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface DevEvent {
  readonly event: string;
  readonly text: string;
  readonly member?: string;
}

/** `quorate dev --json` as a process of its own. */
class Dev {
  readonly child: ChildProcess;
  readonly #events: DevEvent[] = [];
  readonly #ended: Promise<number | null>;
  stderr = "";

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [BIN, "dev", "--json", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "" },
    });
    const { stdout, stderr } = this.child;
    if (stdout) {
      createInterface({ input: stdout }).on("line", (line) => {
        this.#events.push(JSON.parse(line) as DevEvent);
      });
    }
    stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.#ended = new Promise((resolve) => this.child.once("close", (code) => resolve(code)));
  }

  /** Waits for an event of that name, or for the end of the process. */
  async event(name: string): Promise<DevEvent> {
    for (;;) {
      const found = this.#events.find(({ event }) => event === name);
      if (found) return found;
      if (this.child.exitCode !== null) {
        throw new Error(`dev ended without ${name}: ${this.stderr}${JSON.stringify(this.#events)}`);
      }
      await pause(20);
    }
  }

  /** All events of that name so far. */
  said(name: string): readonly DevEvent[] {
    return this.#events.filter(({ event }) => event === name);
  }

  end(signal: NodeJS.Signals | null): Promise<number | null> {
    if (signal !== null) this.child.kill(signal);
    return this.#ended;
  }
}

const running: Dev[] = [];
afterEach(async () => {
  for (const dev of running.splice(0)) await dev.end("SIGTERM");
});

function start(...args: string[]): Dev {
  const dev = new Dev(...args);
  running.push(dev);
  return dev;
}

function stateOf(dataDir: string): DevState {
  const state = readDevState(dataDir);
  if (!state) throw new Error(`${dataDir} has no state`);
  return state;
}

function isAlive(pid: number | null): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return pid !== null;
  } catch {
    return false;
  }
}

test("members are started, brought back after a kill, stopped, and taken up again", async () => {
  const dataDir = join(directory, "cycle");
  const port = await freeBase(3, etcdService);
  const first = start("--data-dir", dataDir, "--client-port", String(port));
  expect((await first.event("ready")).text).toContain(`http://127.0.0.1:${port + 2}`);
  const { members } = stateOf(dataDir);
  expect(members.map(({ name, pid }) => [name, isAlive(pid)])).toEqual([
    ["m1", true],
    ["m2", true],
    ["m3", true],
  ]);
  const client = connect({ endpoints: [`127.0.0.1:${port}`], timeoutMillis: 10_000 });
  await client.put("kept", "yes");
  client.close();

  process.kill(members[1]?.pid ?? 0, "SIGKILL");
  expect(await first.event("member-down")).toMatchObject({ member: "m2" });
  expect(await first.event("member-started")).toMatchObject({ member: "m2" });

  const other = start("--data-dir", dataDir);
  expect(await other.end(null)).toBe(EXIT.address);
  expect(other.stderr).toMatch(/is in use \(perhaps by the `quorate dev` with pid \d+\)/);

  const pids = stateOf(dataDir).members.map((member) => member.pid);
  expect(await first.end("SIGTERM")).toBe(EXIT.ok);
  expect(pids.filter(isAlive)).toEqual([]);

  const larger = start("--data-dir", dataDir, "--members", "5");
  expect(await larger.end(null)).toBe(EXIT.usage);
  expect(larger.stderr).toMatch(/--members 5: the cluster in .* has 3: choose another --data-dir/);

  const again = start("--data-dir", dataDir);
  await again.event("ready");
  const reader = connect({ endpoints: [`127.0.0.1:${port + 1}`], timeoutMillis: 10_000 });
  const kv = await reader.get("kept");
  reader.close();
  expect(kv?.text).toBe("yes");
}, 120_000);

test("an ensemble is started from files that its servers find nothing wrong with", async () => {
  // A relative directory, as people give it.
  const dataDir = relative(process.cwd(), join(directory, "ensemble"));
  const port = await freeBase(1, zooKeeperService);
  const args = ["--zookeeper", "--members", "1", "--client-port", String(port)];
  const dev = start("--data-dir", dataDir, ...args);
  expect((await dev.event("ready")).text).toContain(`zk1   127.0.0.1:${port}`);
  const session = await ZooKeeperSession.open({ host: "127.0.0.1", port }, { answerMs: 10_000 });
  expect((await session.create("/made", "")).error).toBe(0);
  await session.close();
  expect(await dev.end("SIGTERM")).toBe(EXIT.ok);
  expect(dev.said("log")).toEqual([]);
}, 60_000);

test("members serve both kinds of clients, and are taken up again with all their ports", async () => {
  const dataDir = join(directory, "both");
  const ports = [await freeBase(1, etcdService), await freeBase(1, zooKeeperService)];
  const [etcdPort = 0, zooKeeperPort = 0] = ports;
  const args = ["--with", "etcd,zookeeper", "--members", "1", "--data-dir", dataDir];
  const dev = start(...args, "--client-port", ports.join(","));
  const ready = await dev.event("ready");
  expect(ready).toMatchObject({
    leaders: { etcd: "m1", zookeeper: "m1" },
    members: [
      {
        name: "m1",
        ports: {
          etcd: { client: etcdPort, peer: etcdPort + 100 },
          zookeeper: { client: zooKeeperPort, peer: zooKeeperPort + 100 },
        },
        pid: expect.any(Number),
      },
    ],
  });
  const client = connect({ endpoints: [`127.0.0.1:${etcdPort}`], timeoutMillis: 10_000 });
  await client.put("/made", "of etcd");
  client.close();
  const endpoint = { host: "127.0.0.1", port: zooKeeperPort };
  const session = await ZooKeeperSession.open(endpoint, { answerMs: 10_000 });
  expect((await session.create("/made", "of ZooKeeper")).error).toBe(0);
  await session.close();
  expect(await dev.end("SIGTERM")).toBe(EXIT.ok);

  const other = start("--data-dir", dataDir);
  expect(await other.end(null)).toBe(EXIT.usage);
  expect(other.stderr).toMatch(/serves etcd,zookeeper: give --with etcd,zookeeper, or choose/);

  const again = start(...args);
  await again.event("ready");
  const reader = await ZooKeeperSession.open(endpoint, { answerMs: 10_000 });
  expect(await reader.getData("/made")).toBe("of ZooKeeper");
  await reader.close();
}, 60_000);

test("members do not outlive a supervisor that is killed", async () => {
  const dataDir = join(directory, "orphans");
  const dev = start(
    "--data-dir",
    dataDir,
    "--client-port",
    String(await freeBase(1, etcdService)),
    "--members",
    "1",
  );
  await dev.event("ready");
  const pid = stateOf(dataDir).members[0]?.pid ?? null;
  expect(isAlive(pid)).toBe(true);
  await dev.end("SIGKILL");
  while (isAlive(pid)) await pause(20);
}, 60_000);
