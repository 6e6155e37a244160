import { afterEach, expect, test } from "vitest";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import { allKeys } from "../../src/client/key-range.ts";
import type { KeyValue } from "../../src/client/key-value.ts";
import type { ManualEnsemble } from "../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { startEnsemble } from "../../src/compose/ensemble/etcd/start-ensemble.ts";
import { failure } from "./failure.ts";

let ensemble: ManualEnsemble;
afterEach(() => ensemble.close());

async function started(members = 1): Promise<readonly [EtcdClient, EtcdClient]> {
  ensemble = await startEnsemble({ members, clock: "manual" });
  return [ensemble.client(), ensemble.client()];
}

const until = <T>(promise: Promise<T>): Promise<T> => ensemble.until(promise);

async function value(leaders: AsyncGenerator<KeyValue | null, void>): Promise<string | null> {
  const next = await until(leaders.next());
  return next.value?.text ?? null;
}

test("one leads, is known by its value, and the next one when it resigns", async () => {
  const [first, second] = await started();
  const election = first.election("board");
  expect(await until(election.leader())).toBe(null);
  const alice = await until(election.campaign("alice"));
  expect(Buffer.from(alice.key).toString()).toBe(`board/${alice.lease.id.toString(16)}`);
  const campaign = second.election("board").campaign("bob");
  await ensemble.advance(1000);
  const leader = await until(election.leader());
  expect(leader).toMatchObject({ text: "alice", createRevision: alice.fencingToken });
  await until(alice.resign());
  const bob = await until(campaign);
  expect(bob.fencingToken).toBeGreaterThan(alice.fencingToken);
  expect(await until(election.leader())).toMatchObject({ text: "bob" });
  await until(bob.resign());
  expect(await until(first.count(allKeys))).toBe(0);
});

test("those who observe see every leader and every value, and when there is none", async () => {
  const [first, second] = await started();
  const leaders = second.election("board").observe();
  expect(await value(leaders)).toBe(null);
  const alice = await until(first.election("board").campaign("alice"));
  expect(await value(leaders)).toBe("alice");
  await until(alice.proclaim("alice the great"));
  expect(await value(leaders)).toBe("alice the great");
  const waiting = second.election("board").campaign("bob");
  await ensemble.advance(1000);
  // That another one has begun to wait is no news.
  await until(alice.proclaim("alice still"));
  expect(await value(leaders)).toBe("alice still");
  await until(alice.resign());
  const bob = await until(waiting);
  expect(await value(leaders)).toBe("bob");
  await until(bob.resign());
  expect(await value(leaders)).toBe(null);
  await until(leaders.return());
});

test("who has lost the lead cannot proclaim", async () => {
  const [first, second] = await started();
  const alice = await until(first.election("board").campaign("alice"));
  await until(second.delete(alice.key));
  expect(await until(failure(alice.proclaim("again")))).toMatchObject({
    code: "ABORTED",
    message: "the leadership is lost",
  });
});

test("who campaigns again under the same lease keeps the place, with the new value", async () => {
  const [client] = await started();
  const lease = await until(client.lease(20));
  const election = client.election("board");
  const once = await until(election.campaign("alice", { lease }));
  const twice = await until(election.campaign("alice again", { lease }));
  expect(twice.fencingToken).toBe(once.fencingToken);
  expect(await until(election.leader())).toMatchObject({ text: "alice again" });
  await until(twice.resign());
  expect(lease.lost.aborted).toBe(false);
  expect(await until(election.leader())).toBe(null);
});

test("another one leads when the leader's process is gone for longer than its lease", async () => {
  const [first, second] = await started(3);
  const alice = await until(first.election("board").campaign("alice", { ttlSeconds: 10 }));
  const campaign = second.election("board").campaign("bob");
  await ensemble.advance(60_000);
  expect(alice.lost.aborted).toBe(false);
  first.close();
  expect(alice.lost.aborted).toBe(true);
  const gone = ensemble.now;
  const bob = await until(campaign);
  expect(ensemble.now - gone).toBeGreaterThan(5000);
  expect(bob.fencingToken).toBeGreaterThan(alice.fencingToken);
});

test("who gives up waiting leaves no trace", async () => {
  const [first, second] = await started();
  await until(first.election("board").campaign("alice"));
  const controller = new AbortController();
  const waiting = second
    .election("board")
    .campaign("bob", { signal: controller.signal })
    .catch((error: unknown) => error);
  await ensemble.advance(1000);
  controller.abort(new Error("no longer wanted"));
  expect(await until(waiting)).toMatchObject({ message: "no longer wanted" });
  await ensemble.advance(1000);
  expect(await until(first.count(allKeys))).toBe(1);
});
