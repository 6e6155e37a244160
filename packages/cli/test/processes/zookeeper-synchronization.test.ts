import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { run } from "../../src/run.ts";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import { fakeTerminal } from "../fake-terminal.ts";
import { CuttableNetwork, NO_NETWORKS } from "./cuttable-network.ts";
import { RealEnsemble } from "./real-ensemble.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

const MINUTE = 60_000;
const ANSWER_MS = 20_000;
/** No session expires meanwhile: that would be a write of the leader's. */
const SESSION_MS = 10 * MINUTE;
const SETTINGS = { maxSessionTimeout: SESSION_MS };

let ensemble: RealEnsemble | null = null;
let network: CuttableNetwork | null = null;
const sessions: ZooKeeperSession[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.drop();
  await ensemble?.close();
  ensemble = null;
  network?.close();
  network = null;
});

async function client(of: RealEnsemble, sid: number): Promise<ZooKeeperSession> {
  const options = { answerMs: ANSWER_MS, sessionMs: SESSION_MS };
  const session = await ZooKeeperSession.open(of.endpoint(sid), options);
  sessions.push(session);
  return session;
}

/** What `quorate zk status --json` tells of how the server was synchronized; waits until it was. */
async function synchronized(of: RealEnsemble, sid: number): Promise<Record<string, string>> {
  return of.until(`server ${sid} is synchronized`, async () => {
    const terminal = fakeTerminal();
    const endpoints = ["--endpoints", hostPortText(of.endpoint(sid))];
    await run(["zk", "status", "--json", ...endpoints], terminal);
    const answer = JSON.parse(terminal.stdout()) as {
      readonly endpoints: readonly { readonly mntr?: Readonly<Record<string, string>> }[];
    };
    const { zk_sync_mode: mode, zk_sync_why: why } = answer.endpoints[0]?.mntr ?? {};
    return mode === undefined || why === undefined ? null : { mode, why };
  });
}

/** The last line of the server's log about that, without what all lines have. */
function lastLogged(of: RealEnsemble, sid: number, text: string): unknown {
  return of.logged(sid, text).at(-1)?.fields;
}

async function expectEqualTrees(of: RealEnsemble): Promise<void> {
  expect(new Set(await of.digests()).size).toBe(1);
}

/** Waits until the bytes are in the server's log on disk. */
async function untilOnDisk(of: RealEnsemble, sid: number, text: string): Promise<void> {
  const directory = join(of.dataDir(sid), "quorate", "zookeeper", "wal");
  await of.until(`the log of server ${sid} holds ${text}`, async () =>
    readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(text))
      ? true
      : null,
  );
}

/** A leader without its followers takes a write that nobody else has, and dies with it. */
async function leaveBehind(
  of: RealEnsemble,
  on: CuttableNetwork,
  path: string,
): Promise<{ readonly deposed: number; readonly leader: number }> {
  const deposed = await of.leader();
  const session = await client(of, deposed);
  on.cut(deposed);
  const answer = session.create(path, "never committed").catch(() => null);
  await untilOnDisk(of, deposed, path);
  await of.kill(deposed);
  expect(await answer).toBe(null);
  const leader = await of.leader();
  expect(leader).not.toBe(deposed);
  on.heal(deposed);
  return { deposed, leader };
}

test(
  "a server that was away for a few writes gets them: DIFF",
  async () => {
    const three = (ensemble = await RealEnsemble.start(3, { settings: SETTINGS }));
    const leader = await three.leader();
    const session = await client(three, leader);
    const [away = 0] = three.sids.filter((sid) => sid !== leader);
    await session.create("/before", "");
    // It may have applied what the others have on disk, and not have it on its own yet.
    await untilOnDisk(three, away, "/before");
    await three.kill(away);
    for (const path of ["/a", "/b", "/c"]) await session.create(path, "");
    three.launch(away);
    const how = { mode: "DIFF", why: "it lacks 3 entries" };
    expect(await synchronized(three, away)).toEqual(how);
    expect(lastLogged(three, leader, "synchronizing")).toMatchObject({ to: `${away}`, ...how });
    expect(lastLogged(three, away, "synchronized")).toMatchObject({ leader: `${leader}`, ...how });
    await expectEqualTrees(three);
  },
  MINUTE,
);

test(
  "a server that was away for more than the log keeps gets a snapshot: SNAP",
  async () => {
    const settings = { ...SETTINGS, snapCount: 1000 };
    const three = (ensemble = await RealEnsemble.start(3, { settings }));
    const leader = await three.leader();
    const session = await client(three, leader);
    const [away = 0] = three.sids.filter((sid) => sid !== leader);
    await session.create("/before", "");
    // It may have applied what the others have on disk, and not have it on its own yet.
    await untilOnDisk(three, away, "/before");
    await three.kill(away);
    // The log keeps 5000 entries behind its last snapshot.
    for (let batch = 0; batch < 14; batch++) {
      const writes = Array.from({ length: 500 }, (_, i) => session.create(`/n${batch}-${i}`, ""));
      await Promise.all(writes);
    }
    three.launch(away);
    const how = {
      mode: "SNAP",
      why: expect.stringMatching(/^it ends at \d+\/2, before the log begins behind \d+\/\d+$/),
    };
    expect(await synchronized(three, away)).toEqual(how);
    expect(lastLogged(three, away, "synchronized")).toMatchObject({ leader: `${leader}`, ...how });
    expect(three.logged(leader, "synchronizing").map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ to: `${away}`, ...how }),
    );
    await expectEqualTrees(three);
  },
  MINUTE,
);

describe.skipIf(NO_NETWORKS !== null)(
  `a leader that was cut off with a write of its own${NO_NETWORKS ? `: skipped, ${NO_NETWORKS}` : ""}`,
  () => {
    test(
      "drops it when it comes back: TRUNC, or TRUNC+DIFF when there were others since",
      async () => {
        const own = (network = new CuttableNetwork(3));
        const options = { settings: SETTINGS, sites: own.sites };
        const three = (ensemble = await RealEnsemble.start(3, options));
        const session = await client(three, await three.leader());
        await session.create("/committed", "");

        const first = await leaveBehind(three, own, "/left-behind");
        three.launch(first.deposed);
        const truncated = {
          mode: "TRUNC",
          why: expect.stringMatching(/^it has 1 entry behind \d+\/\d+, never committed$/),
        };
        expect(await synchronized(three, first.deposed)).toEqual(truncated);
        expect(lastLogged(three, first.leader, "synchronizing")).toMatchObject(truncated);
        expect(lastLogged(three, first.deposed, "synchronized")).toMatchObject(truncated);

        const second = await leaveBehind(three, own, "/left-behind-too");
        const fresh = await client(three, second.leader);
        await fresh.create("/since", "");
        three.launch(second.deposed);
        const replaced = {
          mode: "TRUNC+DIFF",
          why: expect.stringMatching(
            /^it has 1 entry behind \d+\/\d+, never committed, and lacks 2 entries$/,
          ),
        };
        expect(await synchronized(three, second.deposed)).toEqual(replaced);
        expect(lastLogged(three, second.leader, "synchronizing")).toMatchObject(replaced);
        expect(lastLogged(three, second.deposed, "synchronized")).toMatchObject(replaced);

        await expectEqualTrees(three);
        for (const sid of three.sids) {
          const reader = await client(three, sid);
          expect(await reader.getData("/committed")).toBe("");
          expect(await reader.getData("/left-behind")).toBe(null);
          expect(await reader.getData("/left-behind-too")).toBe(null);
          expect(await reader.getData("/since")).toBe("");
        }
      },
      2 * MINUTE,
    );
  },
);
