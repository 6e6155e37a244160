import { expect, test } from "vitest";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { EtcdError } from "../../src/client/etcd-error.ts";
import { ProtoWriter } from "../../src/etcd/codec/index.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { FakeChannel, settled } from "./fake-channel.ts";
import { failure } from "./failure.ts";

function underTest(): { readonly channel: FakeChannel; readonly client: EtcdClient } {
  const channel = new FakeChannel();
  return { channel, client: new EtcdClient(channel, { clock: new FakeClock() }) };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const chunk = (remaining: number, blob: string | Uint8Array): Uint8Array =>
  new ProtoWriter().int64(2, remaining).bytes(3, Buffer.from(blob)).finish();

test("requests go where they belong, and only what may be is repeated", () => {
  const { channel, client } = underTest();
  const { maintenance } = client;
  void maintenance.status();
  void maintenance.memberList();
  void maintenance.memberList({ linearizable: false });
  void maintenance.hashKv({ revision: 7 });
  void maintenance.alarms();
  void maintenance.disarm({ memberId: 0xabn, alarm: "noSpace" });
  void maintenance.defragment({ timeoutMillis: 60_000 });
  void maintenance.moveLeader(9n);
  const calls = channel.calls.map(
    ({ method, request, options }) =>
      `${method.split(".")[1]} ${hex(request)} ${options.repeatable} ${options.timeoutMillis}`,
  );
  expect(calls).toEqual([
    "Maintenance/Status  true 5000",
    "Cluster/MemberList 0801 true 5000",
    "Cluster/MemberList  true 5000",
    "Maintenance/HashKV 0807 true 5000",
    "Maintenance/Alarm  true 5000",
    "Maintenance/Alarm 080210ab011801 true 5000",
    "Maintenance/Defragment  true 60000",
    "Maintenance/MoveLeader 0809 false 5000",
  ]);
});

test("a snapshot comes in pieces, until it ends", async () => {
  const { channel, client } = underTest();
  const pieces = client.maintenance.snapshot();
  const first = pieces.next();
  const stream = channel.lastStream;
  expect(stream).toMatchObject({
    method: "/etcdserverpb.Maintenance/Snapshot",
    options: { needsLeader: false },
    sent: [new Uint8Array()],
    ended: "half-closed",
  });
  stream.message(chunk(3, "ab"));
  stream.message(chunk(0, "cde"));
  stream.end(null);
  expect(await first).toMatchObject({ value: { remainingBytes: 3, blob: Uint8Array.of(97, 98) } });
  expect(await pieces.next()).toMatchObject({ value: { remainingBytes: 0 } });
  expect(await pieces.next()).toEqual({ done: true, value: undefined });
});

test("a snapshot waits for whoever takes it", async () => {
  const { channel, client } = underTest();
  const pieces = client.maintenance.snapshot();
  const first = pieces.next();
  const stream = channel.lastStream;
  const large = new Uint8Array(600 * 1024);
  stream.message(chunk(2, large));
  await first;
  stream.message(chunk(1, large));
  expect(stream.paused).toBe(false);
  stream.message(chunk(0, large));
  expect(stream.paused).toBe(true);
  await pieces.next();
  expect(stream.paused).toBe(true);
  await pieces.next();
  expect(stream.paused).toBe(false);
});

test("a snapshot that breaks off fails, and one that is left is cancelled", async () => {
  const { channel, client } = underTest();
  const broken = failure(client.maintenance.snapshot().next());
  channel.lastStream.end(new EtcdError("UNAVAILABLE", "gone"));
  expect(await broken).toMatchObject({ code: "UNAVAILABLE" });

  const left = client.maintenance.snapshot();
  const first = left.next();
  channel.lastStream.message(chunk(1, "a"));
  await first;
  await left.return(undefined);
  expect(channel.lastStream.ended).toBe("cancelled");
});

test("a snapshot ends with its signal", async () => {
  const { channel, client } = underTest();
  const controller = new AbortController();
  const first = client.maintenance.snapshot({ signal: controller.signal }).next();
  await settled();
  controller.abort(new Error("no longer wanted"));
  await expect(first).rejects.toThrow("no longer wanted");
  expect(channel.lastStream.ended).toBe("cancelled");
});
