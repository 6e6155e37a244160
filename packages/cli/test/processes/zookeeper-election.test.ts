import { afterEach, expect, test } from "vitest";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import { serverStatus } from "../../src/zookeeper-client/server-status.ts";
import { RealEnsemble } from "./real-ensemble.ts";
import { LossError, ZooKeeperSession } from "./zookeeper-session.ts";

const MINUTE = 60_000;
const ANSWER_MS = 10_000;

let ensemble: RealEnsemble | null = null;
afterEach(async () => {
  await ensemble?.close();
  ensemble = null;
});

/** It runs, and serves nobody: it says so, and closes a client's connection. */
async function expectAlone(of: RealEnsemble, sid: number): Promise<void> {
  const endpoint = of.endpoint(sid);
  await of.until(`server ${sid} says that it does not serve`, async () => {
    const answer = await serverStatus(endpoint, ANSWER_MS).catch((thrown: Error) => thrown.message);
    return answer === "not serving: it is running, but belongs to no quorum now" ? answer : null;
  });
  const opened = ZooKeeperSession.open(endpoint, { answerMs: ANSWER_MS });
  await expect(opened, hostPortText(endpoint)).rejects.toThrow(
    new LossError("the server closed the connection"),
  );
}

async function write(of: RealEnsemble, sid: number, path: string): Promise<void> {
  const session = await ZooKeeperSession.open(of.endpoint(sid), { answerMs: ANSWER_MS });
  expect((await session.create(path, "")).error).toBe(0);
  await session.close();
}

/** Waits until these servers have applied equally much. */
async function untilEven(of: RealEnsemble, ...sids: readonly number[]): Promise<void> {
  await of.until(`servers ${sids.join(", ")} have the same zxid`, async () => {
    const zxids = new Set(await Promise.all(sids.map((sid) => of.fact(sid, "last_zxid"))));
    return zxids.size === 1 && !zxids.has(null) ? zxids : null;
  });
}

test(
  "of five servers the third to start leads; then whoever has the highest zxid, then number",
  async () => {
    const five = (ensemble = await RealEnsemble.prepare(5));

    // At the first start all have nothing, so the number decides, as soon as there are three.
    five.launch(1);
    await expectAlone(five, 1);
    five.launch(2);
    await expectAlone(five, 2);
    await expectAlone(five, 1);
    five.launch(3);
    expect(await five.leader()).toBe(3);
    five.launch(4, 5);
    await five.ready();
    expect(await five.leader()).toBe(3);

    // The leader dies, with no more left than a quorum needs, so that nothing can be decided without 5.
    await write(five, 3, "/one");
    await untilEven(five, 1, 4, 5);
    await five.kill(1, 2);
    await five.kill(3);
    await expectAlone(five, 4);
    await expectAlone(five, 5);
    five.launch(1);
    expect(await five.leader()).toBe(5);

    // Server 4 misses a write: its number counts for less than what 1 and 2 have.
    five.launch(2);
    await five.ready();
    await five.kill(4);
    await write(five, 2, "/two");
    await untilEven(five, 1, 2, 5);
    await five.kill(5);
    await expectAlone(five, 1);
    await expectAlone(five, 2);
    five.launch(4);
    expect(await five.leader()).toBe(2);

    five.launch(3, 5);
    await five.ready();
    expect(await five.leader()).toBe(2);
    expect(new Set(await five.digests()).size).toBe(1);
  },
  2 * MINUTE,
);
