import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ZooKeeperEnsembleMember } from "../../../../src/compose/ensemble/zookeeper/zookeeper-ensemble-member.ts";
import type { ManualZooKeeperEnsemble } from "../../../../src/compose/ensemble/zookeeper/zookeeper-ensemble.ts";
import { startZooKeeperEnsemble } from "../../../../src/compose/ensemble/zookeeper/start-zookeeper-ensemble.ts";
import { ERROR } from "../../../../src/zookeeper/codec/index.ts";
import { create } from "../../../zookeeper/requests.ts";
import { until } from "../../../zookeeper/server/jute-client.ts";
import { EnsembleClient } from "./ensemble-client.ts";

/** Longer than five ticks, an election and whatever follows, and shorter than a session's timeout. */
const LONG = 20_000;
const SESSION_MILLIS = 40_000;

let ensemble: ManualZooKeeperEnsemble;
let leader: ZooKeeperEnsembleMember;
let followers: readonly [ZooKeeperEnsembleMember, ZooKeeperEnsembleMember];
const clients: EnsembleClient[] = [];

beforeEach(async () => {
  ensemble = await startZooKeeperEnsemble({ clock: "manual", snapshotEntries: 10 });
  leader = await ensemble.untilLed();
  const [one, two] = ensemble.members.filter((member) => member !== leader);
  if (one === undefined || two === undefined) throw new Error("there are three servers");
  followers = [one, two];
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await ensemble.close();
});

async function clientOf(member: ZooKeeperEnsembleMember): Promise<EnsembleClient> {
  const client = await EnsembleClient.open(member, SESSION_MILLIS);
  clients.push(client);
  return client;
}

function zxids(): readonly (number | null)[] {
  return ensemble.members.map((member) => {
    const status = member.status();
    return status.state === "down" ? null : status.zxid;
  });
}

describe("a partition", () => {
  test("a minority sends its clients away, the majority goes on, and all agree when it heals", async () => {
    const client = await clientOf(leader);
    await client.ask(create(1, "/before"));
    ensemble.partition([[leader], followers]);
    expect(ensemble.leader()).toBeNull();
    client.send(create(2, "/lost"));
    const next = await ensemble.untilLed();
    expect(followers).toContain(next);
    await ensemble.advance(LONG);
    expect(await client.isClosed()).toBe(true);
    const other = await clientOf(next);
    expect(await other.ask(create(1, "/during"))).toBe(ERROR.ok);
    await expect(EnsembleClient.open(leader)).rejects.toThrow("closed");

    ensemble.heal();
    await ensemble.advance(LONG);
    expect(new Set(zxids()).size).toBe(1);
    const again = await client.moveTo(leader);
    clients.push(again);
    expect(await again.knows("/before")).toBe(true);
    expect(await again.knows("/during")).toBe(true);
    expect(await again.knows("/lost")).toBe(false);
  });

  test("a server that hears nothing falls behind, and unseats nobody", async () => {
    const [deaf, other] = followers;
    ensemble.cut(leader, deaf);
    const client = await clientOf(other);
    await client.ask(create(1, "/x"));
    const applied = zxids();
    expect(applied[ensemble.members.indexOf(deaf)]).toBeLessThan(client.zxid);
    await ensemble.advance(LONG);
    expect(ensemble.leader()).toBe(leader);
    ensemble.heal();
    await ensemble.advance(LONG);
    expect(new Set(zxids()).size).toBe(1);
  });

  test("a server of another ensemble cannot be part of it", async () => {
    const other = await startZooKeeperEnsemble({ members: 1 });
    expect(() => ensemble.partition([other.members])).toThrow("no member of the ensemble");
    await other.close();
  });
});

describe("a pause", () => {
  test("nothing is answered, and time does not pass, until it goes on", async () => {
    const [follower] = followers;
    const client = await clientOf(follower);
    follower.pause();
    for (const path of ["/a", "/b", "/c"]) client.send(create(1, path));
    const late = EnsembleClient.open(follower);
    await ensemble.advance(1000);
    await turns(50);
    expect(client.arrived).toBe(0);
    follower.resume();
    await ensemble.advance(1000);
    for (let i = 0; i < 3; i++) expect(await client.answer()).toBe(ERROR.ok);
    clients.push(await late);
  });

  test("a leader that stood still too long finds that it leads no more, and its clients go elsewhere", async () => {
    const client = await clientOf(leader);
    await client.ask(create(1, "/x"));
    leader.pause();
    expect(ensemble.leader()).toBeNull();
    const next = await ensemble.untilLed();
    expect(next).not.toBe(leader);
    const moved = await client.moveTo(next);
    clients.push(moved);
    expect(await moved.ask(create(1, "/y"))).toBe(ERROR.ok);
    leader.resume();
    await ensemble.advance(LONG);
    expect(await client.isClosed()).toBe(true);
    expect(leader.status()).toMatchObject({ role: "FOLLOWING", leader: next.id });
    expect(new Set(zxids()).size).toBe(1);
  });
});

describe("a crash", () => {
  test("what was acknowledged is there after all servers lost their power", async () => {
    const client = await clientOf(leader);
    // Enough for a snapshot, and a log behind it.
    for (let i = 0; i < 25; i++) expect(await client.ask(create(i, `/n${i}`))).toBe(ERROR.ok);
    for (const member of ensemble.members) member.crash();
    expect(ensemble.members.map((member) => member.status().state)).toEqual(Array(3).fill("down"));
    expect(ensemble.leader()).toBeNull();
    await Promise.all(ensemble.members.map((member) => member.restart()));
    const next = await ensemble.untilLed();
    const again = await client.moveTo(next);
    clients.push(again);
    for (let i = 0; i < 25; i++) expect(await again.knows(`/n${i}`)).toBe(true);
  });

  test("is noticed at once, and breaks the connections of those whom it served only", async () => {
    const client = await clientOf(leader);
    const [one] = followers;
    const other = await clientOf(one);
    const { now } = ensemble;
    one.crash();
    expect(await other.isClosed()).toBe(true);
    expect(await client.ask(create(1, "/x"))).toBe(ERROR.ok);
    expect(ensemble.leader()).toBe(leader);
    leader.crash();
    expect(await client.isClosed()).toBe(true);
    await one.restart();
    await ensemble.untilLed();
    expect(ensemble.now - now).toBeLessThan(5_000);
  });

  test("a server that was paused dies as well, and loses what it had not seen", async () => {
    const client = await clientOf(leader);
    leader.pause();
    client.send(create(1, "/unseen"));
    await turns(20);
    leader.crash();
    expect(await client.isClosed()).toBe(true);
    await leader.restart();
    const again = await client.moveTo(await ensemble.untilLed());
    clients.push(again);
    expect(await again.knows("/unseen")).toBe(false);
  });

  test("without a majority there is nobody to lead", async () => {
    for (const follower of followers) follower.crash();
    await expect(ensemble.untilLed()).rejects.toMatchObject({ code: "ERR_NO_LEADER" });
  });
});

/** Lets sockets speak for so many turns of the loop. */
async function turns(count: number): Promise<void> {
  let left = count;
  await until(() => left-- === 0);
}
