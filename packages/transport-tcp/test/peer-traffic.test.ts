import { expect, test } from "vitest";
import { FRAME_HEAD_BYTES } from "../src/frame.ts";
import type { PeerTraffic } from "../src/index.ts";
import { Relay } from "./relay.ts";
import { TestProcess, type TestMember } from "./test-process.ts";

const UNREACHABLE = "http://127.0.0.1:9";

interface Pair {
  readonly p: TestProcess;
  readonly q: TestProcess;
  readonly a: TestMember;
  readonly b: TestMember;
  readonly toQ: Relay;
}

/** Member `a` of process `p` has dialled `b` of `q`. */
async function linkedPair(limits = {}): Promise<Pair> {
  const [p, q] = [await TestProcess.start({ limits }), await TestProcess.start({ limits })];
  const toQ = await Relay.to(q.port);
  const a = p.join("etcd", "a", { b: toQ.url });
  const b = q.join("etcd", "b", { a: null });
  await Promise.all([a.until("up b/1"), b.until("up a/1")]);
  return { p, q, a, b, toQ };
}

function traffic({ transport }: TestProcess, group: string, peer: string): PeerTraffic {
  const found = transport.traffic(group).get(peer);
  if (found === undefined) throw new Error(`nothing is known of ${group}/${peer}`);
  return { ...found };
}

const NOTHING = { isLinked: false, bytesSent: 0, bytesReceived: 0, failures: 0, losses: 0 };

test("a peer's frames are counted where they leave and where they arrive, for each group", async () => {
  const { p, q, a, b } = await linkedPair();
  const two = p.join("zookeeper", "2", { 1: null });
  const one = q.join("zookeeper", "1", { 2: null });
  await Promise.all([one.until("up 2/1"), two.until("up 1/1")]);
  a.send("b", "hello");
  a.send("b", "and more");
  b.send("a", "hi");
  two.send("1", "x");
  await Promise.all([b.until("a: and more"), a.until("b: hi"), one.until("2: x")]);
  const [there, back] = [2 * FRAME_HEAD_BYTES + 13, FRAME_HEAD_BYTES + 2];
  const linked = { ...NOTHING, isLinked: true };
  expect(traffic(p, "etcd", "b")).toEqual({ ...linked, bytesSent: there, bytesReceived: back });
  expect(traffic(q, "etcd", "a")).toEqual({ ...linked, bytesSent: back, bytesReceived: there });
  expect(traffic(p, "zookeeper", "1")).toEqual({ ...linked, bytesSent: FRAME_HEAD_BYTES + 1 });
  expect(p.transport.traffic("other").size).toBe(0);
});

test("what is sent without a link is not counted", async () => {
  const p = await TestProcess.start();
  const a = p.join("etcd", "a", { b: null });
  a.send("b", "hello");
  expect(traffic(p, "etcd", "b")).toEqual(NOTHING);
});

test("every attempt that fails is counted, also those that are not logged", async () => {
  const p = await TestProcess.start();
  const a = p.join("etcd", "a", { b: UNREACHABLE });
  const failures = (): number => traffic(p, "etcd", "b").failures;
  while (failures() < 5) await new Promise((done) => setImmediate(done));
  expect(p.logged.length).toBe(1);
  expect(traffic(p, "etcd", "b")).toMatchObject({ isLinked: false, losses: 0 });
  a.setPeers({});
  a.setPeers({ b: null });
  expect(traffic(p, "etcd", "b")).toEqual(NOTHING);
});

test("a link that is lost is counted, on both sides", async () => {
  const { p, q, a, b, toQ } = await linkedPair();
  a.send("b", "before");
  await b.until("a: before");
  toQ.cut();
  await Promise.all([a.until("down b"), b.until("down a")]);
  expect(traffic(p, "etcd", "b")).toMatchObject({ isLinked: false, losses: 1 });
  expect(traffic(p, "etcd", "b").failures).toBeGreaterThan(0);
  await Promise.all([a.until("up b/1", 2), b.until("up a/1", 2)]);
  a.send("b", "behind");
  await b.until("a: behind");
  const bytesReceived = 2 * FRAME_HEAD_BYTES + 12;
  expect(traffic(q, "etcd", "a")).toMatchObject({ isLinked: true, losses: 1, bytesReceived });
});

test("who is put out is forgotten, unless it is taken in again at once", async () => {
  const { p, a, b, toQ } = await linkedPair();
  a.send("b", "hello");
  await b.until("a: hello");
  a.setPeers({});
  a.setPeers({ b: toQ.url });
  a.send("b", "still here");
  await b.until("a: still here");
  const bytesSent = 2 * FRAME_HEAD_BYTES + 15;
  expect(traffic(p, "etcd", "b")).toEqual({ ...NOTHING, isLinked: true, bytesSent });
  a.setPeers({});
  expect(p.transport.traffic("etcd").size).toBe(0);
  await a.until("down b");
  a.setPeers({ b: toQ.url });
  expect(traffic(p, "etcd", "b")).toEqual(NOTHING);
});

test("the way there and back is measured for every group that is linked", async () => {
  const { p, q } = await linkedPair({ probeMillis: 2 });
  p.join("zookeeper", "2", { 1: null });
  q.join("zookeeper", "1", { 2: null });
  await Promise.all([
    p.hasMeasured("etcd/b", "zookeeper/1"),
    q.hasMeasured("etcd/a", "zookeeper/2"),
  ]);
});
