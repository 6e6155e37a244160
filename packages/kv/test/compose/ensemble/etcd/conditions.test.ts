import type { NodeId } from "@quorate/core";
import { afterEach, expect, test } from "vitest";
import type { Surroundings } from "../../../../src/compose/ensemble/ensemble-conditions.ts";
import {
  assembleEtcdEnsemble,
  IDEAL_ETCD,
} from "../../../../src/compose/ensemble/etcd/assemble-etcd-ensemble.ts";
import type { EtcdEnsembleMember } from "../../../../src/compose/ensemble/etcd/etcd-ensemble-member.ts";
import { ensembleSettings } from "../../../../src/compose/ensemble/etcd/etcd-ensemble-options.ts";
import type { EtcdEnsemble } from "../../../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { Timeline } from "../../../../src/compose/ensemble/timeline.ts";

let ensemble: EtcdEnsemble;

async function start(conditions: Partial<Surroundings>): Promise<EtcdEnsembleMember> {
  const settings = ensembleSettings({ clock: "manual" });
  ensemble = assembleEtcdEnsemble(settings, new Timeline(), {
    ...IDEAL_ETCD,
    ...conditions,
  }).ensemble;
  await Promise.all(ensemble.members.map((member) => ensemble.until(member.restart())));
  return ensemble.untilLed();
}

afterEach(() => ensemble.close());

test("members agree whatever their clocks say, and tick on one beat", async () => {
  const skews = [-5000, 0, 7_000_000];
  const asked = new Set<NodeId>();
  await start({
    clock: (member, timeline) => {
      const skew = skews[asked.add(member).size - 1] ?? 0;
      return () => {
        const { monotonic, wall } = timeline.now();
        return { monotonic: 1e9 + skew + monotonic * 1.001, wall: wall + skew };
      };
    },
  });
  expect(asked.size).toBe(3);
  await ensemble.until(ensemble.client().put("x", "1"));
  const { now } = ensemble;
  await ensemble.advance(10_000);
  expect(ensemble.members.filter((member) => member.status().state === "running")).toHaveLength(3);
  expect(ensemble.now - now).toBe(10_000);
});

test("frames and syncs take their time", async () => {
  const leader = await start({ delayMillis: () => 7, syncMillis: () => 30 });
  const { now } = ensemble;
  await ensemble.until(leader.client().put("x", "1"));
  // To a follower and back, with a sync in between.
  expect(ensemble.now - now).toBeGreaterThanOrEqual(44);
  expect(ensemble.now - now).toBeLessThan(60);
});

test("a disk that answers nothing holds up its member alone, until it goes on", async () => {
  const leader = await start({});
  const stalled = ensemble.members.find((member) => member !== leader) as EtcdEnsembleMember;
  stalled.storage.stall();
  await ensemble.until(leader.client().put("x", "1"));
  const value = async (): Promise<string | undefined> =>
    (await ensemble.until(stalled.client().get("x", { serializable: true })))?.text;
  await ensemble.advance(100);
  expect(await value()).toBeUndefined();
  stalled.storage.resume();
  for (const member of ensemble.members)
    if (member !== stalled && member !== leader) member.crash();
  await ensemble.until((await ensemble.untilLed()).client().put("x", "2"));
  await ensemble.advance(1000);
  expect(await value()).toBe("2");
});

test("a disk that is full takes no writes until there is space again", async () => {
  const leader = await start({});
  for (const member of ensemble.members) member.storage.setFull(true);
  await expect(ensemble.until(leader.client().put("x", "1"))).rejects.toThrow();
  for (const member of ensemble.members) member.storage.setFull(false);
  await ensemble.advance(10_000);
  await ensemble.until((await ensemble.untilLed()).client().put("x", "2"));
});

test.each([0, 100])(
  "of what nobody has synced %i writes are made when all processes die",
  async (kept) => {
    const leader = await start({ syncMillis: () => 5, survivors: () => kept });
    await ensemble.advance(1000);
    const write = expect(leader.client().put("x", "1")).rejects.toMatchObject({
      maybeApplied: true,
    });
    await ensemble.advance(4);
    for (const member of ensemble.members) member.crash();
    await write;
    await Promise.all(ensemble.members.map((member) => ensemble.until(member.restart())));
    const next = await ensemble.untilLed();
    const found = await ensemble.until(next.client().get("x"));
    expect(found?.text ?? "nothing").toBe(kept === 0 ? "nothing" : "1");
  },
);
