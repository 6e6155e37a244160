import { expect, test } from "vitest";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { EtcdError } from "../../src/client/etcd-error.ts";
import type { Lease } from "../../src/client/lease.ts";
import { Queue } from "../../src/client/queue.ts";
import {
  decodeRange,
  decodeTxn,
  HeaderWriter,
  ProtoWriter,
  writeOpResult,
  type KeyValue,
  type OpResult,
} from "../../src/etcd/codec/index.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { FakeChannel, settled, type FakeCall } from "./fake-channel.ts";
import { FakeWatchServer } from "./fake-watch-server.ts";

// What a real server does too seldom to be tested with one.

const down = new EtcdError("UNAVAILABLE", "down");

class UnderTest {
  readonly channel = new FakeChannel();
  readonly clock = new FakeClock();
  readonly client = new EtcdClient(this.channel, { clock: this.clock });

  /** The next call, once it was made. */
  async call(method: string): Promise<FakeCall> {
    await settled();
    const call = this.channel.takeCall();
    expect(call.method).toBe(method);
    return call;
  }

  async grant(): Promise<void> {
    const call = await this.call("/etcdserverpb.Lease/LeaseGrant");
    call.respond(new ProtoWriter().uint64(2, 0xabn).int64(3, 30).finish());
  }

  async answer(method: string, result: OpResult, revision: number): Promise<FakeCall> {
    const call = await this.call(`/etcdserverpb.KV/${method}`);
    const writer = new HeaderWriter(1n, 2n).write(new ProtoWriter(), revision, 1);
    call.respond(writeOpResult(writer, result, revision).finish());
    return call;
  }
}

function range(...kvs: readonly KeyValue[]): OpResult {
  return { kind: "range", kvs, more: false, count: kvs.length };
}

function keyValue(key: string, create: number, value: Uint8Array = new Uint8Array()): KeyValue {
  return { key, value, create, mod: create, count: 1, lease: 0xabn };
}

const entered: OpResult = {
  kind: "txn",
  succeeded: true,
  responses: [{ kind: "put", prevKv: null }],
};

test("a place whose taking was not answered is asked for again, and known by its mark", async () => {
  const under = new UnderTest();
  const locking = under.client.lock("job");
  await under.grant();
  const first = await under.call("/etcdserverpb.KV/Txn");
  expect(first.options.repeatable).toBe(true);
  first.fail(down);
  await settled();
  expect(under.channel.calls).toHaveLength(0);
  under.clock.advance(50);
  const [sent] = decodeTxn(first.request).success;
  if (sent?.kind !== "put") throw new Error("a put was sent");
  const own = keyValue("job/ab", 7, sent.value);
  await under.answer("Txn", { kind: "txn", succeeded: false, responses: [range(own)] }, 9);
  await under.answer("Range", range(), 9);
  await under.answer("Range", range(own), 9);
  expect((await locking).fencingToken).toBe(7);
});

test("who waits looks again when the end of the one before may be lost in a gap", async () => {
  const under = new UnderTest();
  const locking = under.client.lock("job");
  await under.grant();
  await under.answer("Txn", entered, 9);
  const asked = await under.answer("Range", range(keyValue("job/1", 5)), 12);
  expect(decodeRange(asked.request)).toMatchObject({
    maxCreateRevision: 8,
    sortTarget: "create",
    sortOrder: "descend",
    limit: 1,
  });
  await settled();
  const server = new FakeWatchServer(under.channel.lastStream);
  expect(server.takeCreation()).toMatchObject({ startRevision: 13, noPut: true, noDelete: false });
  server.created(0n, 12);
  server.say({ kind: "progress", watchId: 0n, revision: 20 });
  await settled();
  expect(under.channel.calls).toHaveLength(0);
  server.say({ kind: "compacted", watchId: 0n, compacted: 40 });
  await under.answer("Range", range(), 50);
  await under.answer("Range", range(keyValue("job/ab", 9)), 50);
  expect((await locking).fencingToken).toBe(9);
  expect(server.stream.ended).toBe("cancelled");
});

test("who waits asks again while no server answers, until the lease is over", async () => {
  const under = new UnderTest();
  const locking = under.client.lock("job").catch((error: unknown) => error);
  await under.grant();
  await under.answer("Txn", entered, 9);
  let asked = 0;
  // Nobody renews the lease either: it lives for 30 s.
  for (let millis = 0; millis < 30_000; millis += 10) {
    await Promise.resolve();
    for (const call of under.channel.calls.splice(0)) {
      asked++;
      call.fail(down);
    }
    await settled();
    under.clock.advance(10);
  }
  await settled();
  expect(await locking).toMatchObject({ why: "expired" });
  expect(asked).toBeGreaterThan(10);
});

// Servers print the signed number, so that a client's unsigned one would be another place.
test.each([
  [0xabn, "q/ab"],
  [-0xabn, "q/-ab"],
])("the place of lease %s is the key %s", (id, key) => {
  const { client } = new UnderTest();
  const lease = { id } as Lease;
  expect(new TextDecoder().decode(new Queue(client, "q").keyOf(lease))).toBe(key);
});
