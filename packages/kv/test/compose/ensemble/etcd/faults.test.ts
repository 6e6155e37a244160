import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compare, op } from "../../../../src/client/index.ts";
import type {
  EnsembleMember,
  EnsembleMemberStatus,
} from "../../../../src/compose/ensemble/etcd/etcd-ensemble-member.ts";
import type { ManualEnsemble } from "../../../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { startEnsemble } from "../../../../src/compose/ensemble/etcd/start-ensemble.ts";

/** Longer than a client's patience, an election and whatever follows. */
const LONG = 20_000;

let ensemble: ManualEnsemble;
let leader: EnsembleMember;
let followers: readonly EnsembleMember[];

beforeEach(async () => {
  ensemble = await startEnsemble({ clock: "manual", snapshotEntries: 10 });
  leader = await ensemble.untilLed();
  followers = ensemble.members.filter((member) => member !== leader);
});

afterEach(() => ensemble.close());

function put(member: EnsembleMember, key: string, value: string): Promise<unknown> {
  return ensemble.until(member.client().put(key, value));
}

/** The member's value: as fresh as any, or what it has just now. */
async function get(member: EnsembleMember, key: string, serializable = false): Promise<string> {
  const found = await ensemble.until(member.client().get(key, { serializable }));
  return found?.text ?? "none";
}

/** What the members have, one after another. */
function everywhere(key: string): Promise<readonly string[]> {
  return Promise.all(ensemble.members.map((member) => get(member, key, true)));
}

function revisions(): readonly (number | null)[] {
  const revision = (status: EnsembleMemberStatus): number | null =>
    status.state === "down" ? null : status.revision;
  return ensemble.members.map((member) => revision(member.status()));
}

describe("a partition", () => {
  test("the minority refuses writes and reads, the majority goes on, and all agree when it heals", async () => {
    await put(leader, "x", "1");
    ensemble.partition([[leader], followers]);
    expect(ensemble.leader()).toBeNull();
    await Promise.all([
      expect(put(leader, "x", "lost")).rejects.toMatchObject({ maybeApplied: true }),
      expect(get(leader, "x")).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" }),
    ]);
    expect(await get(leader, "x", true)).toBe("1");

    const next = await ensemble.untilLed();
    expect(followers).toContain(next);
    await put(next, "x", "2");
    expect(await everywhere("x")).toEqual(
      ensemble.members.map((member) => (member === leader ? "1" : "2")),
    );

    ensemble.heal();
    await ensemble.advance(LONG);
    expect(await everywhere("x")).toEqual(["2", "2", "2"]);
    expect(new Set(revisions()).size).toBe(1);
  });

  test("the next one takes the place of the last", async () => {
    const [one, two] = followers as [EnsembleMember, EnsembleMember];
    ensemble.partition([[leader, one], [two]]);
    ensemble.partition([[leader, two], [one]]);
    await put(two, "x", "1");
    expect(await get(one, "x", true)).toBe("none");
  });

  test("one that nobody is in leaves nobody to lead", async () => {
    ensemble.partition([]);
    await expect(ensemble.untilLed()).rejects.toMatchObject({ code: "ERR_NO_LEADER" });
  });

  test("a member of another ensemble cannot be part of it", async () => {
    const other = await startEnsemble({ clock: "manual" });
    expect(() => ensemble.partition([other.members])).toThrow("no member of the ensemble");
    expect(() => ensemble.cut(leader, other.members[1] ?? leader)).toThrow("no member");
    await other.close();
  });
});

describe("a way that is cut", () => {
  test("a follower that hears nothing falls behind, and unseats nobody", async () => {
    const [deaf, other] = followers as [EnsembleMember, EnsembleMember];
    ensemble.cut(leader, deaf);
    await put(other, "x", "1");
    await ensemble.advance(LONG);
    expect(await get(deaf, "x", true)).toBe("none");
    expect(leader.status()).toMatchObject({ role: "leader", term: 1 });
    ensemble.heal();
    await ensemble.advance(LONG);
    expect(await everywhere("x")).toEqual(["1", "1", "1"]);
  });

  test("a leader whom nobody hears gives up, though it hears all", async () => {
    for (const follower of followers) ensemble.cut(leader, follower);
    expect(ensemble.leader()).toBeNull();
    expect(followers).toContain(await ensemble.untilLed());
    expect(leader.status()).not.toMatchObject({ role: "leader" });
  });
});

describe("a pause", () => {
  test("a paused leader is replaced, and cannot tell old news when it goes on", async () => {
    await put(leader, "x", "1");
    leader.pause();
    expect(leader.status()).toMatchObject({ state: "paused" });
    expect(ensemble.leader()).toBeNull();
    const client = leader.client();
    const read = client.get("x");
    const swap = client.txn().if(compare("x").value.equals("1")).do(op.put("x", "stale")).commit();
    const next = await ensemble.untilLed();
    expect(next).not.toBe(leader);
    await put(next, "x", "2");
    leader.resume();
    expect((await ensemble.until(read))?.text).toBe("2");
    expect(await ensemble.until(swap)).toMatchObject({ succeeded: false });
    await ensemble.advance(LONG);
    expect(await everywhere("x")).toEqual(["2", "2", "2"]);
    expect(leader.status()).toMatchObject({ state: "running", role: "follower" });
  });

  test("a write that a leader has taken but nobody got comes to nothing", async () => {
    for (const follower of followers) ensemble.cut(leader, follower);
    const write = leader.client().put("x", "lost");
    const lost = expect(write).rejects.toMatchObject({ code: "UNAVAILABLE", maybeApplied: true });
    await ensemble.advance(0);
    leader.pause();
    await put(await ensemble.untilLed(), "x", "1");
    ensemble.heal();
    leader.resume();
    await ensemble.advance(LONG);
    await lost;
    expect(await everywhere("x")).toEqual(["1", "1", "1"]);
  });

  test("nothing is answered, and time does not pass, until it goes on", async () => {
    const [follower] = followers as [EnsembleMember];
    let answered = 0;
    follower.pause();
    const client = follower.client();
    for (const key of ["a", "b", "c"]) void client.put(key, "1").then(() => answered++);
    await ensemble.advance(1000);
    expect(answered).toBe(0);
    follower.resume();
    await ensemble.advance(1000);
    expect(answered).toBe(3);
  });
});

describe("a crash", () => {
  test("what was acknowledged is there after all members lost their power", async () => {
    // Enough for a snapshot, and a log behind it.
    for (let i = 0; i < 25; i++) await put(leader, `key${i}`, `${i}`);
    await put(leader, "last", "1");
    const before = revisions();
    for (const member of ensemble.members) member.crash();
    expect(ensemble.members.map((member) => member.status().state)).toEqual(Array(3).fill("down"));
    expect(ensemble.leader()).toBeNull();
    await Promise.all(ensemble.members.map((member) => member.restart()));
    const next = await ensemble.untilLed();
    for (let i = 0; i < 25; i++) expect(await get(next, `key${i}`)).toBe(`${i}`);
    expect(await get(next, "last")).toBe("1");
    await ensemble.advance(LONG);
    expect(revisions()).toEqual(before);
  });

  test("is noticed at once, as connections break", async () => {
    const { now } = ensemble;
    leader.crash();
    await ensemble.untilLed();
    expect(ensemble.now - now).toBeLessThan(1000);
  });

  test("what nobody has synced is lost, and its writer is told that nobody knows", async () => {
    const write = expect(leader.client().put("x", "1")).rejects.toMatchObject({
      code: "UNAVAILABLE",
      maybeApplied: true,
    });
    // The request is under way; none of what it causes has happened.
    await Promise.resolve();
    for (const member of ensemble.members) member.crash();
    await write;
    await Promise.all(ensemble.members.map((member) => member.restart()));
    expect(await get(await ensemble.untilLed(), "x")).toBe("none");
  });

  test("one that was down for long catches up, from a snapshot", async () => {
    const [down] = followers as [EnsembleMember];
    down.crash();
    for (let i = 0; i < 50; i++) await put(leader, "x", `${i}`);
    await down.restart();
    await ensemble.advance(LONG);
    expect(await get(down, "x", true)).toBe("49");
  });

  test("a client of a member that is down is told so, and goes on when it is up", async () => {
    const [member] = followers as [EnsembleMember];
    const client = member.client();
    member.crash();
    await expect(client.put("x", "1")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await member.restart();
    await ensemble.until(client.put("x", "2"));
    expect(await get(member, "x")).toBe("2");
  });

  test("a client of the ensemble goes on at another member", async () => {
    const client = ensemble.client();
    for (const member of ensemble.members) {
      member.crash();
      await ensemble.untilLed();
      expect((await ensemble.until(client.get("x")))?.text ?? "none").toBe("none");
      await member.restart();
      await ensemble.untilLed();
    }
  });

  test("what was done already changes nothing, in whichever order", async () => {
    leader.resume();
    await leader.restart();
    expect(ensemble.leader()).toBe(leader);
    leader.crash();
    leader.crash();
    leader.pause();
    expect(leader.status().state).toBe("down");
    const starting = leader.restart();
    leader.crash();
    await starting;
    expect(leader.status().state).toBe("down");
    await expect(leader.client().get("x")).rejects.toThrow("connection refused");
    await Promise.all([leader.restart(), leader.restart()]);
    expect(leader.status().state).toBe("running");
    expect(await ensemble.untilLed()).not.toBe(leader);
  });
});
