import { describe, expect, test } from "vitest";
import type { StreamSink, UnaryOptions } from "../../src/client/channel.ts";
import { EtcdError } from "../../src/client/etcd-error.ts";
import { FailoverChannel } from "../../src/client/failover-channel.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { FakeChannel, settled } from "./fake-channel.ts";
import { failure } from "./failure.ts";

const REQUEST = Uint8Array.of(1);
const CALL: UnaryOptions = { timeoutMillis: 1000, repeatable: true };

const down = new EtcdError("UNAVAILABLE", "down");
const doubtful = new EtcdError("UNAVAILABLE", "went away", { maybeApplied: true });
const late = new EtcdError("DEADLINE_EXCEEDED", "late", { maybeApplied: true });

function several(): {
  readonly a: FakeChannel;
  readonly b: FakeChannel;
  readonly clock: FakeClock;
  readonly channel: FailoverChannel;
} {
  const [a, b, clock] = [new FakeChannel(), new FakeChannel(), new FakeClock()];
  return { a, b, clock, channel: new FailoverChannel([a, b], clock) };
}

describe("a call", () => {
  test("goes to the next server when nothing was done at the first, with the time that is left", async () => {
    const { a, b, clock, channel } = several();
    const answer = channel.unary("/m", REQUEST, CALL);
    clock.advance(300);
    a.takeCall().fail(down);
    await settled();
    const second = b.takeCall();
    expect(second).toMatchObject({ method: "/m", request: REQUEST });
    expect(second.options).toEqual({ timeoutMillis: 700, repeatable: true });
    second.respond(Uint8Array.of(7));
    expect(await answer).toEqual(Uint8Array.of(7));
  });

  test("goes to the server that answered the one before", async () => {
    const { a, b, channel } = several();
    void channel.unary("/m", REQUEST, CALL);
    a.takeCall().fail(down);
    await settled();
    b.takeCall().respond(REQUEST);
    void channel.unary("/m", REQUEST, CALL);
    expect(b.calls).toHaveLength(1);
    expect(a.calls).toHaveLength(0);
  });

  test("fails when every server did, each asked once", async () => {
    const { a, b, channel } = several();
    const answer = failure(channel.unary("/m", REQUEST, CALL));
    a.takeCall().fail(down);
    await settled();
    b.takeCall().fail(down);
    expect(await answer).toBe(down);
    expect([a.calls, b.calls]).toEqual([[], []]);
  });

  test.each([
    ["may have been made", doubtful],
    ["was not answered in time", late],
  ])("is not made again when it %s, but the next one goes elsewhere", async (_, error) => {
    const { a, b, channel } = several();
    const answer = failure(channel.unary("/m", REQUEST, { ...CALL, repeatable: false }));
    a.takeCall().fail(error);
    expect(await answer).toBe(error);
    void channel.unary("/m", REQUEST, CALL);
    expect([a.calls.length, b.calls.length]).toEqual([0, 1]);
  });

  test.each([
    ["the server refused it", new EtcdError("NOT_FOUND", "no such thing")],
    ["the caller ended it", new Error("aborted")],
  ])("stays where it is when %s", async (_, error) => {
    const { a, b, channel } = several();
    const answer = channel.unary("/m", REQUEST, CALL);
    a.takeCall().fail(error);
    await expect(answer).rejects.toBe(error);
    void channel.unary("/m", REQUEST, CALL);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
  });

  test("leaves a server once, however many calls fail with it", async () => {
    const { a, b, channel } = several();
    for (let i = 0; i < 3; i++) void channel.unary("/m", REQUEST, CALL);
    for (const call of a.calls.splice(0)) call.fail(down);
    await settled();
    expect([a.calls.length, b.calls.length]).toEqual([0, 3]);
  });
});

describe("a stream", () => {
  const sink: StreamSink = { message: () => undefined, end: () => undefined };

  test("that fails or is abandoned lets the next one go elsewhere", () => {
    const { a, b, channel } = several();
    channel.stream("/s", sink, { needsLeader: true });
    expect(a.lastStream.options).toEqual({ needsLeader: true });
    a.lastStream.end(down);
    const second = channel.stream("/s", sink, { needsLeader: true });
    expect([a.streams.length, b.streams.length]).toEqual([1, 1]);
    second.abandon();
    expect(b.lastStream.ended).toBe("abandoned");
    channel.stream("/s", sink, { needsLeader: true });
    expect([a.streams.length, b.streams.length]).toEqual([2, 1]);
  });

  test("that ends well, or is cancelled, does not", () => {
    const { a, b, channel } = several();
    channel.stream("/s", sink, { needsLeader: true });
    a.lastStream.end(null);
    channel.stream("/s", sink, { needsLeader: true }).cancel();
    expect(a.lastStream.ended).toBe("cancelled");
    channel.stream("/s", sink, { needsLeader: true });
    expect([a.streams.length, b.streams.length]).toEqual([3, 0]);
  });

  test("hears what its server says, and the server what it says", () => {
    const { a, channel } = several();
    const heard: unknown[] = [];
    const stream = channel.stream(
      "/s",
      { message: (bytes) => heard.push(bytes), end: (error) => heard.push(error) },
      { needsLeader: false },
    );
    stream.send(REQUEST);
    stream.pause();
    expect(a.lastStream).toMatchObject({ paused: true, sent: [REQUEST] });
    stream.resume();
    stream.halfClose();
    expect(a.lastStream).toMatchObject({ paused: false, ended: "half-closed" });
    a.lastStream.message(Uint8Array.of(9));
    a.lastStream.end(null);
    expect(heard).toEqual([Uint8Array.of(9), null]);
  });
});

test("closing closes the way to every server", () => {
  const { a, b, channel } = several();
  channel.close();
  expect([a.closed, b.closed]).toEqual([true, true]);
});
