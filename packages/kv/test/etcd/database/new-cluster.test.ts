import { expect, test } from "vitest";
import { EtcdStateMachine } from "../../../src/etcd/apply/index.ts";
import { encodeCommand } from "../../../src/etcd/apply/index.ts";
import { encodeAlarm, encodeMemberAttributes } from "../../../src/etcd/codec/index.ts";
import { imageForNewCluster } from "../../../src/etcd/database/index.ts";
import { ImageSink, type RestoredState } from "../../../src/etcd/store/index.ts";
import { commandBytes, compact, del, put } from "../apply/commands.ts";
import { changesOf, hashOf } from "../store/inspect.ts";

function machineOf(...commands: readonly Uint8Array[]): EtcdStateMachine {
  const machine = new EtcdStateMachine();
  const entries = commands.map((data, i) => {
    return { index: i + 1, term: 1, time: 0, kind: "command", data } as const;
  });
  machine.apply(entries, (_, result) => expect(result.kind).toBe("done"));
  return machine;
}

/** The state that a new cluster begins with. */
function begun(old: EtcdStateMachine, bumpRevision: number | null = null): EtcdStateMachine {
  let state: RestoredState | null = null;
  const sink = new ImageSink((restored) => (state = restored));
  const view = old.pin();
  for (let chunk = view.read(50); chunk !== null; chunk = view.read(50)) sink.write(chunk);
  sink.finish();
  if (state === null) throw new Error("nothing was restored");
  const image = imageForNewCluster(state, bumpRevision);
  const machine = new EtcdStateMachine();
  const second = machine.restore();
  for (let chunk = image.read(50); chunk !== null; chunk = image.read(50)) second.write(chunk);
  second.finish();
  return machine;
}

const tick = (term: number, counted: number) => commandBytes({ kind: "leaseTick", term, counted });
const OLD = [
  commandBytes({ kind: "leaseGrant", id: 7n, ttlSeconds: 60 }),
  commandBytes(put("a", "1", { lease: 7n })),
  commandBytes(put("b", "1")),
  commandBytes(put("b", "2")),
  commandBytes(del("b")),
  encodeCommand(
    "memberAttributes",
    encodeMemberAttributes({ id: "a1", name: "m", clientUrls: [] }),
  ),
  encodeCommand("alarm", encodeAlarm({ action: "activate", member: "a1", alarm: "noSpace" })),
  tick(5, 1000),
  tick(5, 2000),
  tick(5, 20_000),
];

test("keys with their history, leases and alarms stay; who the old members were goes", () => {
  const old = machineOf(...OLD);
  const machine = begun(old);
  const { store } = machine;
  expect([store.revision, store.compacted]).toEqual([5, 0]);
  expect(hashOf(store, 5)).toBe(hashOf(old.store, 5));
  expect([...machine.leases].map(({ id }) => id)).toEqual([7n]);
  expect([...machine.alarms]).toEqual([{ member: "a1", kind: "noSpace" }]);
  expect([machine.members.size, old.members.size]).toEqual([0, 1]);
});

test("a lease keeps the time that it has left, and the new leaders count on from there", () => {
  const machine = begun(machineOf(...OLD));
  const [lease] = machine.leases;
  if (lease === undefined) throw new Error("no lease");
  const left = (): number => machine.leases.millisLeft(lease, machine.leases.clock.millis);
  const before = left();
  expect(before).toBeLessThan(60_000);
  // The old cluster came as far as this term, and its leader counted further in it.
  machine.leases.tick(5, 500);
  machine.leases.tick(5, 1000);
  expect(left()).toBe(before - 1000);
});

test("a revision that is bumped leaves what is there, and nothing of what was", () => {
  const old = machineOf(...OLD, commandBytes(compact(3)));
  const { store } = begun(old, 1000);
  expect([store.revision, store.compacted, store.intactFrom]).toEqual([1005, 1005, 1005]);
  expect(store.get("a", 1005)?.mod).toBe(2);
  expect(changesOf(store).map(({ key }) => key)).toEqual(["a"]);
  expect(store.keysOf(7n).size).toBe(1);
  store.put("c", new Uint8Array(0), 0n);
  store.commit();
  expect(store.get("c", 1006)?.mod).toBe(1006);
});
