import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { RealEnsemble } from "./real-ensemble.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";
import { Crowd } from "./zookeeper-scale/crowd.ts";
import { memoryOf } from "./zookeeper-scale/memory.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

interface Scale {
  readonly sessions: number;
  readonly watches: number;
  readonly nodes: number;
  /** How long the sessions are only kept alive: longer than their timeout. */
  readonly idleMillis: number;
  readonly timeoutMillis: number;
}

const SAMPLE: Scale = {
  sessions: 300,
  watches: 1_500,
  nodes: 3_000,
  idleMillis: 3_000,
  timeoutMillis: 2_000,
};

const WHOLE: Scale = {
  sessions: 20_000,
  watches: 100_000,
  nodes: 1_000_000,
  idleMillis: 60_000,
  timeoutMillis: 30_000,
};

const isWhole = process.env["QUORATE_SCALE"] === "whole";
const SCALE = isWhole ? WHOLE : SAMPLE;

const DATA = "d".repeat(100);
const PER_DIRECTORY = 1_000;
const IN_FLIGHT = 200;
const ANSWER_MS = 60_000;

const directory = (i: number): string => `/d${i}`;
const node = (i: number): string => `${directory(Math.floor(i / PER_DIRECTORY))}/node${i}`;

let ensemble: RealEnsemble | null = null;
let crowd: Crowd | null = null;

afterEach(async () => {
  crowd?.close();
  await ensemble?.close();
});

/** Works through the numbers below `count`, many at a time, over a session at each server. */
async function spread(
  servers: RealEnsemble,
  count: number,
  work: (session: ZooKeeperSession, i: number) => Promise<unknown>,
): Promise<void> {
  const sessions = await Promise.all(
    servers.endpoints.map((endpoint) => ZooKeeperSession.open(endpoint, { answerMs: ANSWER_MS })),
  );
  let next = 0;
  const worker = async (session: ZooKeeperSession): Promise<void> => {
    while (next < count) await work(session, next++);
  };
  const workers = Array.from({ length: IN_FLIGHT }, (_, i) => sessions[i % sessions.length]);
  await Promise.all(workers.map((session) => session && worker(session)));
  await Promise.all(sessions.map((session) => session.close()));
}

/** Takes the time of a part, and tells it where the whole is run. */
async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const since = performance.now();
  const result = await work();
  tell(what, { seconds: Math.round((performance.now() - since) / 100) / 10 });
  return result;
}

function tell(what: string, figures: object): void {
  if (isWhole) console.log(JSON.stringify({ what, ...figures }));
}

function tellMemory(what: string, servers: RealEnsemble): void {
  tell(what, { memory: servers.sids.map((sid) => memoryOf(servers.pid(sid))) });
}

const { sessions, watches, nodes, idleMillis, timeoutMillis } = SCALE;

test(
  `${sessions} sessions with ${watches} watches over ${nodes} nodes of 100 bytes are served, and none is lost`,
  { timeout: isWhole ? 3_600_000 : 60_000 },
  async () => {
    const settings = { tickTime: isWhole ? 2000 : 500, maxClientCnxns: 0 };
    const servers = await startServers(3, { settings });
    ensemble = servers;
    tellMemory("new", servers);
    await timed("nodes created", async () => {
      const directories = Math.ceil(nodes / PER_DIRECTORY);
      await spread(servers, directories, (session, i) => session.create(directory(i), DATA));
      await spread(servers, nodes, (session, i) => session.create(node(i), DATA));
    });
    tellMemory("with nodes", servers);

    const clients = new Crowd(servers.endpoints, sessions, timeoutMillis);
    crowd = clients;
    await timed("sessions opened", () => clients.open());
    const watched = Array.from({ length: watches }, (_, i) => i * Math.floor(nodes / watches));
    await timed("watches left", () => clients.watch(watched.map(node)));
    tellMemory("with sessions and watches", servers);

    await pause(idleMillis);
    expect(await clients.counts()).toEqual({ open: sessions, lost: 0, watches, told: 0 });
    tellMemory("after a while of heartbeats", servers);

    await timed("watches fired", async () => {
      await spread(servers, watches, (session, i) => session.setData(node(watched[i] ?? 0), DATA));
      await servers.until("everybody was told", async () => {
        const { told } = await clients.counts();
        return told >= watches ? true : null;
      });
    });
    expect(await clients.counts()).toEqual({ open: sessions, lost: 0, watches, told: watches });
    clients.close();

    const leader = await servers.leader();
    const follower = servers.sids.find((sid) => sid !== leader) ?? 0;
    await timed("a follower back", async () => {
      await servers.kill(follower);
      servers.launch(follower);
      await servers.ready();
    });
    await timed("all members back", async () => {
      await servers.kill(...servers.sids);
      servers.launch(...servers.sids);
      await servers.ready();
      await spread(servers, 3, (session, i) => session.setData(node(i), DATA));
    });
    tellMemory("after a restart", servers);
    let missing = 0;
    const step = Math.ceil(nodes / 3_000);
    await spread(servers, Math.ceil(nodes / step), async (session, i) => {
      if ((await session.getData(node(i * step))) !== DATA) missing++;
    });
    expect(missing).toBe(0);
  },
);
