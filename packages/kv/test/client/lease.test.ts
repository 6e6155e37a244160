import { describe, expect, test } from "vitest";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { EtcdError } from "../../src/client/etcd-error.ts";
import type { Lease } from "../../src/client/lease.ts";
import { LeaseLostError } from "../../src/client/lease-lost-error.ts";
import { decodeLeaseGrant, decodeLeaseId, ProtoWriter } from "../../src/etcd/codec/index.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { FakeChannel, settled, type FakeStream } from "./fake-channel.ts";
import { failure } from "./failure.ts";

const down = new EtcdError("UNAVAILABLE", "down");

/** LeaseGrantResponse and LeaseKeepAliveResponse. */
const answer = (id: bigint, ttlSeconds: number): Uint8Array =>
  new ProtoWriter().uint64(2, id).int64(3, ttlSeconds).finish();

class UnderTest {
  readonly channel = new FakeChannel();
  readonly clock = new FakeClock();
  readonly client = new EtcdClient(this.channel, { clock: this.clock });

  /** A lease as the server grants it, after so long. */
  async lease(id: bigint, ttlSeconds: number, afterMillis = 0): Promise<Lease> {
    const granted = this.client.lease(ttlSeconds);
    this.clock.advance(afterMillis);
    this.channel.takeCall().respond(answer(id, ttlSeconds));
    return granted;
  }

  get stream(): FakeStream {
    return this.channel.lastStream;
  }
}

/** The leases that were asked to be renewed since the last time. */
const renewals = (stream: FakeStream): readonly bigint[] => stream.takeSent().map(decodeLeaseId);

const whyLost = ({ lost }: Lease): string | null => {
  const reason: unknown = lost.reason;
  return lost.aborted && reason instanceof LeaseLostError ? reason.why : null;
};

describe("a lease", () => {
  test("is asked for, and may be given for longer", async () => {
    const { client, channel } = new UnderTest();
    const granted = client.lease(1);
    const call = channel.takeCall();
    expect(call.method).toBe("/etcdserverpb.Lease/LeaseGrant");
    expect(decodeLeaseGrant(call.request)).toMatchObject({ ttlSeconds: 1, id: 0n });
    call.respond(answer(7n, 2));
    const lease = await granted;
    expect(lease).toMatchObject({ id: 7n, ttlSeconds: 2 });
    expect(lease.remainingMillis).toBe(2000);
  });

  test("is renewed three times in its time, and then lives on", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(2999);
    expect(under.channel.streams).toHaveLength(0);
    for (let i = 0; i < 10; i++) {
      under.clock.advance(i === 0 ? 1 : 3000);
      expect(under.stream.method).toBe("/etcdserverpb.Lease/LeaseKeepAlive");
      expect(renewals(under.stream)).toEqual([7n]);
      under.stream.message(answer(7n, 9));
      expect(lease.remainingMillis).toBe(9000);
    }
    expect(under.channel.streams).toHaveLength(1);
    expect(whyLost(lease)).toBe(null);
  });

  test("counts from when it was asked for, not from when the answer came", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9, 4000);
    expect(lease.remainingMillis).toBe(5000);
    under.clock.advance(4999);
    expect(whyLost(lease)).toBe(null);
    under.clock.advance(1);
    expect(whyLost(lease)).toBe("expired");
  });

  test("counts from when the last renewal left that was answered", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(3000);
    under.clock.advance(2000);
    under.stream.message(answer(7n, 9));
    expect(lease.remainingMillis).toBe(7000);
    // From here on nobody answers.
    under.clock.advance(6999);
    expect(whyLost(lease)).toBe(null);
    under.clock.advance(1);
    expect(whyLost(lease)).toBe("expired");
    expect(lease.remainingMillis).toBe(0);
  });

  test("takes the time that the server gives it with a renewal", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(3000);
    under.stream.message(answer(7n, 3));
    expect(lease).toMatchObject({ ttlSeconds: 3, remainingMillis: 3000 });
    under.clock.advance(3000);
    expect(whyLost(lease)).toBe("expired");
  });

  test("is lost when the server does not know it, and renewed no more", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(3000);
    under.stream.message(answer(7n, 0));
    expect(whyLost(lease)).toBe("unknown to the server");
    expect(lease.remainingMillis).toBe(0);
    expect(under.stream.ended).toBe("cancelled");
    expect(under.clock.timers).toBe(0);
  });

  test("is lost when it is revoked, before the server has answered", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    const revoked = lease.revoke();
    expect(whyLost(lease)).toBe("revoked");
    const call = under.channel.takeCall();
    expect(call.method).toBe("/etcdserverpb.Lease/LeaseRevoke");
    expect(decodeLeaseId(call.request)).toBe(7n);
    call.respond(new Uint8Array());
    await revoked;
    expect(under.clock.timers).toBe(0);
  });

  test("may be revoked when it has ended already", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    const revoked = lease.revoke();
    const gone = new EtcdError("NOT_FOUND", "etcdserver: requested lease not found");
    under.channel.takeCall().fail(gone);
    await revoked;
    const disposed = lease[Symbol.asyncDispose]();
    under.channel.takeCall().fail(down);
    expect(await failure(disposed)).toBe(down);
  });

  test("is lost with its client, even one that is granted too late", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    const late = under.client.lease(9);
    under.client.close();
    expect(whyLost(lease)).toBe("abandoned");
    under.channel.takeCall().respond(answer(8n, 9));
    expect(whyLost(await late)).toBe("abandoned");
    expect(under.clock.timers).toBe(0);
    expect(lease.lost.reason).toMatchObject({ message: "lease 7 is lost: abandoned", lease: 7n });
  });
});

describe("the stream of renewals", () => {
  test("is shared by all leases, each at its own pace", async () => {
    const under = new UnderTest();
    const short = await under.lease(7n, 3);
    const long = await under.lease(8n, 6);
    under.clock.advance(1000);
    expect(renewals(under.stream)).toEqual([7n]);
    under.stream.message(answer(7n, 3));
    under.clock.advance(1000);
    expect(new Set(renewals(under.stream))).toEqual(new Set([7n, 8n]));
    // In whatever order they are answered.
    under.stream.message(answer(8n, 6));
    under.stream.message(answer(7n, 3));
    expect([short.remainingMillis, long.remainingMillis]).toEqual([3000, 6000]);
    expect(under.channel.streams).toHaveLength(1);
  });

  test.each([
    ["breaks", (stream: FakeStream) => stream.end(down)],
    ["ends", (stream: FakeStream) => stream.end(null)],
    ["makes no sense", (stream: FakeStream) => stream.message(Uint8Array.of(0xff))],
  ])("is opened again when it %s, and what was not answered is sent again", async (_, harm) => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(3000);
    harm(under.stream);
    under.clock.advance(49);
    expect(under.channel.streams).toHaveLength(1);
    under.clock.advance(1);
    expect(under.channel.streams).toHaveLength(2);
    expect(renewals(under.stream)).toEqual([7n]);
    under.stream.message(answer(7n, 9));
    expect(lease.remainingMillis).toBe(9000);
  });

  test("is left for another server when the lease is still not renewed when it is due again", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(6000);
    expect(under.stream.ended).toBe("abandoned");
    under.clock.advance(50);
    expect(under.channel.streams).toHaveLength(2);
    expect(renewals(under.stream)).toEqual([7n]);
    under.stream.message(answer(7n, 9));
    expect(lease.remainingMillis).toBe(9000);
    // The pace stays.
    under.clock.advance(2950);
    expect(renewals(under.stream)).toEqual([7n]);
  });

  test("does not wait for what is not due", async () => {
    const under = new UnderTest();
    await under.lease(7n, 9);
    under.clock.advance(3000);
    under.stream.message(answer(7n, 9));
    under.stream.end(down);
    under.clock.advance(50);
    expect(renewals(under.stream)).toEqual([]);
    under.clock.advance(2950);
    expect(renewals(under.stream)).toEqual([7n]);
  });

  test("is tried again as long as a lease may live, and no longer", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(3000);
    while (whyLost(lease) === null) {
      if (under.stream.ended === "open") under.stream.end(down);
      under.clock.advance(10);
    }
    expect(under.clock.now()).toBe(5000 + 9000);
    expect(under.channel.streams.length).toBeGreaterThan(5);
    expect(under.clock.timers).toBe(0);
  });

  test("pays no heed to an answer that nobody waits for", async () => {
    const under = new UnderTest();
    const lease = await under.lease(7n, 9);
    under.clock.advance(3000);
    under.stream.message(answer(7n, 9));
    under.clock.advance(1000);
    under.stream.message(answer(7n, 9));
    under.stream.message(answer(8n, 9));
    expect(lease.remainingMillis).toBe(8000);
  });
});

describe("leases by their ids", () => {
  test("are granted without being kept, looked at, listed and revoked", async () => {
    const { client, channel, clock } = new UnderTest();
    const granted = client.leases.grant(9);
    channel.takeCall().respond(answer(7n, 9));
    expect(await granted).toEqual({ id: 7n, ttlSeconds: 9 });
    clock.advance(60_000);
    expect(channel.streams).toHaveLength(0);

    const standing = client.leases.timeToLive(7n, { keys: true });
    const call = channel.takeCall();
    expect(Buffer.from(call.request).toString("hex")).toBe("08071001");
    const key = Uint8Array.of(97);
    call.respond(new ProtoWriter().uint64(2, 7n).int64(3, 5).int64(4, 9).bytes(5, key).finish());
    expect(await standing).toEqual({ remainingSeconds: 5, grantedSeconds: 9, keys: [key] });

    const none = client.leases.timeToLive(8n);
    channel.takeCall().respond(new ProtoWriter().int64(3, -1).finish());
    expect(await none).toBe(null);

    const list = client.leases.list();
    await settled();
    const status = new ProtoWriter().uint64(1, 7n).finish();
    channel.takeCall().respond(new ProtoWriter().message(2, status).finish());
    expect(await list).toEqual([7n]);

    const revoked = failure(client.leases.revoke(8n));
    channel.takeCall().fail(new EtcdError("NOT_FOUND", "etcdserver: requested lease not found"));
    expect((await revoked).reason).toBe("leaseNotFound");
  });
});
