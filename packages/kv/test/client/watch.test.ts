import { describe, expect, test } from "vitest";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { EtcdError } from "../../src/client/etcd-error.ts";
import { prefix } from "../../src/client/key-range.ts";
import type { Watch } from "../../src/client/watch.ts";
import type { WatchItem } from "../../src/client/watch-item.ts";
import { WatchEvent } from "../../src/etcd/codec/index.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { FakeChannel, settled } from "./fake-channel.ts";
import { FakeWatchServer, deletion, put } from "./fake-watch-server.ts";
import { failure } from "./failure.ts";

const down = new EtcdError("UNAVAILABLE", "down");

class UnderTest {
  readonly channel = new FakeChannel();
  readonly clock = new FakeClock();
  readonly client = new EtcdClient(this.channel, { clock: this.clock });

  /** The server's side of the stream that was opened last. */
  get server(): FakeWatchServer {
    return new FakeWatchServer(this.channel.lastStream);
  }

  /** Breaks the stream and lets the client open another one. */
  reconnect(error: EtcdError | null = down): FakeWatchServer {
    this.channel.lastStream.end(error);
    const before = this.channel.streams.length;
    this.clock.advance(2000);
    expect(this.channel.streams.length).toBe(before + 1);
    return this.server;
  }
}

/** An item in short: `5 a=1 -b`, `progress 7`, `gap 3-9`. */
function short(item: WatchItem): string {
  switch (item.kind) {
    case "changes": {
      const changes = item.changes.map(({ kind, kv }) =>
        kind === "put" ? `${kv.keyText}=${kv.text}` : `-${kv.keyText}`,
      );
      return `${item.revision} ${changes.join(" ")}`;
    }
    case "progress":
      return `progress ${item.revision}`;
    case "gap":
      return `gap ${item.from}-${item.compacted}`;
  }
}

/** What was asked of a watch and was not there yet. */
const asked = new WeakMap<Watch, Promise<IteratorResult<WatchItem, undefined>>>();

/** What can be taken of a watch without waiting. */
async function taken(watch: Watch, most = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const items: string[] = [];
  while (items.length < most) {
    const next = asked.get(watch) ?? watch.next();
    asked.set(watch, next);
    const result = await Promise.race([next, settled()]);
    if (result === undefined) break;
    asked.delete(watch);
    items.push(result.done === true ? "done" : short(result.value));
  }
  return items;
}

describe("a watch", () => {
  test("asks for what it was told to", () => {
    const { client, channel } = new UnderTest();
    client.watch(prefix("a/"), { fromRevision: 7, prevKv: true, only: "puts" });
    const server = new FakeWatchServer(channel.lastStream);
    expect(channel.lastStream).toMatchObject({
      method: "/etcdserverpb.Watch/Watch",
      options: { needsLeader: true },
    });
    const request = server.takeCreation();
    expect(request).toMatchObject({
      startRevision: 7,
      prevKv: true,
      noPut: false,
      noDelete: true,
      progressNotify: true,
      fragment: true,
      watchId: 0n,
    });
    expect(Buffer.from(request.rangeEnd).toString()).toBe("a0");
    client.watch("b", { only: "deletes" });
    expect(server.takeCreation()).toMatchObject({ startRevision: 0, noPut: true, noDelete: false });
  });

  test("is ready when the server watches, and says from where on", async () => {
    const under = new UnderTest();
    const fromNow = under.client.watch("a");
    const fromThen = under.client.watch("a", { fromRevision: 3 });
    under.server.created(0n, 9);
    under.server.created(1n, 9);
    expect(await fromNow.ready).toBe(10);
    expect(await fromThen.ready).toBe(3);
  });

  test("tells each revision's changes at once, in order", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    const { server } = under;
    server.created(0n, 4);
    server.events(0n, [put("a", "1", 5), deletion("b", 5), put("a", "2", 6)]);
    server.events(0n, [put("a", "3", 8)]);
    expect(await taken(watch)).toEqual(["5 a=1 -b", "6 a=2", "8 a=3"]);
  });

  test("tells what keys were before", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a", { prevKv: true });
    under.server.created(0n, 4);
    const before = put("a", "old", 3).kv;
    under.server.events(0n, [new WatchEvent(put("a", "new", 5).kv, before)]);
    const { value } = await watch.next();
    expect(value).toMatchObject({
      changes: [{ kind: "put", previous: { text: "old", modRevision: 3 }, kv: { text: "new" } }],
    });
  });

  test("puts a revision together that comes in pieces", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    const { server } = under;
    server.created(0n, 4);
    server.events(0n, [put("a", "1", 5), put("a", "2", 6)], true);
    expect(await taken(watch)).toEqual(["5 a=1"]);
    server.events(0n, [put("b", "2", 6)], true);
    expect(await taken(watch)).toEqual([]);
    server.events(0n, [put("c", "2", 6), put("a", "3", 7)]);
    expect(await taken(watch)).toEqual(["6 a=2 b=2 c=2", "7 a=3"]);
  });

  test("tells how far it is when nothing changes", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.server.created(0n, 4);
    under.server.say({ kind: "progress", watchId: 0n, revision: 20 });
    expect(await taken(watch)).toEqual(["progress 20"]);
  });
});

describe("watches share a stream", () => {
  test("on which each hears its own", async () => {
    const under = new UnderTest();
    const a = under.client.watch("a");
    const b = under.client.watch("b");
    const { server } = under;
    expect(under.channel.streams).toHaveLength(1);
    // In the order in which they were asked for, whatever the server calls them.
    server.created(70n, 4);
    server.created(3n, 4);
    server.events(3n, [put("b", "1", 5)]);
    server.events(70n, [put("a", "1", 6)]);
    server.events(4n, [put("c", "1", 7)]);
    expect(await taken(a)).toEqual(["6 a=1"]);
    expect(await taken(b)).toEqual(["5 b=1"]);
  });

  test("which lives as long as one of them", () => {
    const under = new UnderTest();
    const a = under.client.watch("a");
    const b = under.client.watch("b");
    const { server } = under;
    server.created(0n, 4);
    server.created(1n, 4);
    server.takeRequests();
    a.cancel();
    expect(server.takeRequests()).toEqual([{ kind: "cancel", watchId: 0n }]);
    expect(server.stream.ended).toBe("open");
    b.cancel();
    expect(server.stream.ended).toBe("cancelled");
    under.client.watch("c");
    expect(under.channel.streams).toHaveLength(2);
  });

  test("and one that is cancelled before the server has answered leaves nothing behind", async () => {
    const under = new UnderTest();
    const a = under.client.watch("a");
    const b = under.client.watch("b");
    const { server } = under;
    a.cancel();
    server.takeRequests();
    server.created(0n, 4);
    expect(server.takeRequests()).toEqual([{ kind: "cancel", watchId: 0n }]);
    server.created(1n, 4);
    server.events(0n, [put("a", "1", 5)]);
    server.events(1n, [put("b", "1", 5)]);
    expect(await taken(a, 1)).toEqual(["done"]);
    expect(await taken(b)).toEqual(["5 b=1"]);
  });
});

describe("when its stream breaks, a watch", () => {
  test.each([
    ["by an error", down],
    ["by the server's leave", null],
    ["as it lags", new EtcdError("RESOURCE_EXHAUSTED", "the client reads too slowly")],
  ])("goes on behind the last revision that was told: %s", async (_, error) => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.server.created(0n, 4);
    under.server.events(0n, [put("a", "1", 7)]);
    const server = under.reconnect(error);
    expect(server.takeCreation()).toMatchObject({ startRevision: 8 });
    server.created(0n, 20);
    server.events(0n, [put("a", "2", 9)]);
    expect(await taken(watch)).toEqual(["7 a=1", "9 a=2"]);
  });

  test("does not hear what is said under a name of the stream before", async () => {
    const under = new UnderTest();
    const a = under.client.watch("a");
    const b = under.client.watch("b");
    under.server.created(0n, 4);
    under.server.created(1n, 4);
    const server = under.reconnect();
    server.created(1n, 4);
    server.events(0n, [put("x", "1", 5)]);
    server.events(1n, [put("a", "1", 5)]);
    expect(await taken(a)).toEqual(["5 a=1"]);
    expect(await taken(b)).toEqual([]);
  });

  test("goes on from where it began, or is still to begin", () => {
    const under = new UnderTest();
    under.client.watch("a");
    expect(under.server.takeCreation().startRevision).toBe(0);
    expect(under.reconnect().takeCreation().startRevision).toBe(0);
    under.server.created(0n, 4);
    expect(under.reconnect().takeCreation().startRevision).toBe(5);
  });

  test("asks again for a revision of which it had heard a part", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.server.created(0n, 4);
    under.server.events(0n, [put("a", "1", 5), put("a", "2", 6)], true);
    const server = under.reconnect();
    expect(server.takeCreation().startRevision).toBe(6);
    server.created(0n, 9);
    server.events(0n, [put("a", "2", 6), put("b", "2", 6)]);
    expect(await taken(watch)).toEqual(["5 a=1", "6 a=2 b=2"]);
  });

  test("goes on behind the revision up to which it knew that nothing had changed", () => {
    const under = new UnderTest();
    under.client.watch("a");
    under.server.created(0n, 4);
    under.server.say({ kind: "progress", watchId: 0n, revision: 30 });
    expect(under.reconnect().takeCreation().startRevision).toBe(31);
  });

  test("waits longer each time, until the server says something", () => {
    const under = new UnderTest();
    under.client.watch("a");
    const delays: number[] = [];
    const breakAndMeasure = (): void => {
      under.channel.lastStream.end(down);
      const before = under.channel.streams.length;
      let delay = 0;
      for (; under.channel.streams.length === before; delay++) under.clock.advance(1);
      delays.push(delay);
    };
    for (let i = 0; i < 8; i++) breakAndMeasure();
    under.server.created(0n, 4);
    breakAndMeasure();
    expect(delays).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000, 50]);
  });

  test("that was added meanwhile begins with the others", () => {
    const under = new UnderTest();
    under.client.watch("a");
    under.channel.lastStream.end(down);
    under.client.watch("b");
    expect(under.channel.streams).toHaveLength(1);
    under.clock.advance(50);
    expect(under.server.takeRequests()).toHaveLength(2);
  });

  test("does not wait for one that nobody wants any more", () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.channel.lastStream.end(down);
    watch.cancel();
    under.clock.advance(60_000);
    expect(under.channel.streams).toHaveLength(1);
    expect(under.clock.timers).toBe(0);
  });

  test("turns to another server when what it hears makes no sense", () => {
    const under = new UnderTest();
    under.client.watch("a");
    const { stream } = under.server;
    stream.message(Uint8Array.of(0xff));
    expect(stream.ended).toBe("abandoned");
    under.clock.advance(50);
    expect(under.server.takeCreation().startRevision).toBe(0);
  });
});

describe("a gap", () => {
  test("is told when what is needed was compacted, and the watch goes on behind it", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.server.created(0n, 4);
    under.server.events(0n, [put("a", "1", 5)]);
    const server = under.reconnect();
    server.takeCreation();
    server.created(0n, 40);
    server.say({ kind: "compacted", watchId: 0n, compacted: 30 });
    expect(server.takeCreation().startRevision).toBe(31);
    server.created(1n, 40);
    server.events(1n, [put("a", "2", 33)]);
    expect(await taken(watch)).toEqual(["5 a=1", "gap 6-30", "33 a=2"]);
  });

  test("is told when the watch was to begin there", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a", { fromRevision: 2 });
    under.server.created(0n, 40);
    under.server.say({ kind: "compacted", watchId: 0n, compacted: 30 });
    expect(await taken(watch)).toEqual(["gap 2-30"]);
  });
});

describe("one who takes too slowly", () => {
  const KILOBYTE = "x".repeat(1024);

  test("lets the server stop, and loses nothing: it goes on when all was taken", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a", { bufferBytes: 4096 });
    const { server } = under;
    server.created(0n, 0);
    server.takeRequests();
    const large = [1, 2, 3].map((mod) => put("a", KILOBYTE, mod));
    // What there would be room for does not overtake what there is none for.
    server.events(0n, [...large, put("a", "4", 4)]);
    // No other watch needs the stream.
    expect(server.stream.ended).toBe("cancelled");
    server.events(0n, [put("a", KILOBYTE, 4)]);
    expect(await taken(watch, 1)).toEqual([`1 a=${KILOBYTE}`]);
    expect(under.channel.streams).toHaveLength(1);
    expect(await taken(watch, 1)).toEqual([`2 a=${KILOBYTE}`]);
    expect(under.channel.streams).toHaveLength(2);
    expect(under.server.takeCreation().startRevision).toBe(3);
    under.server.created(0n, 9);
    under.server.events(0n, [put("a", "3", 3), put("a", "4", 4)]);
    expect(await taken(watch)).toEqual(["3 a=3", "4 a=4"]);
  });

  test("does not hold up the other watches", async () => {
    const under = new UnderTest();
    const slow = under.client.watch("a", { bufferBytes: 1 });
    const other = under.client.watch("b");
    const { server } = under;
    server.created(0n, 0);
    server.created(1n, 0);
    server.takeRequests();
    server.events(0n, [put("a", "1", 1), put("a", "2", 2)]);
    expect(server.takeRequests()).toEqual([{ kind: "cancel", watchId: 0n }]);
    server.say({ kind: "canceled", watchId: 0n, revision: 2 });
    server.events(1n, [put("b", "2", 2)]);
    expect(await taken(other)).toEqual(["2 b=2"]);
    expect(await taken(slow, 1)).toEqual(["1 a=1"]);
    expect(server.takeCreation().startRevision).toBe(2);
  });

  test("takes what is larger than the buffer when nothing else waits", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a", { bufferBytes: 1 });
    under.server.created(0n, 0);
    under.server.events(0n, [put("a", KILOBYTE, 1)]);
    expect(under.server.stream.ended).toBe("open");
    expect(await taken(watch)).toEqual([`1 a=${KILOBYTE}`]);
  });

  test("may end a watch that is stopped", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a", { bufferBytes: 1 });
    under.server.created(0n, 0);
    under.server.events(0n, [put("a", "1", 1), put("a", "2", 2)]);
    watch.cancel();
    expect(await taken(watch, 1)).toEqual(["done"]);
    expect(under.channel.streams).toHaveLength(1);
  });
});

describe("a watch ends", () => {
  test("when its loop is left", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.server.created(0n, 4);
    under.server.events(0n, [put("a", "1", 5), put("a", "2", 6)]);
    for await (const item of watch) {
      expect(short(item)).toBe("5 a=1");
      break;
    }
    expect(under.channel.lastStream.ended).toBe("cancelled");
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test("with the reason of its signal", async () => {
    const under = new UnderTest();
    const controller = new AbortController();
    const watch = under.client.watch("a", { signal: controller.signal });
    under.server.created(0n, 4);
    under.server.events(0n, [put("a", "1", 5)]);
    controller.abort(new Error("no longer wanted"));
    await expect(watch.next()).rejects.toThrow("no longer wanted");
    expect(under.channel.lastStream.ended).toBe("cancelled");
    const late = under.client.watch("a", { signal: controller.signal });
    await expect(late.ready).rejects.toThrow("no longer wanted");
    expect(under.channel.streams).toHaveLength(1);
  });

  test.each([
    ["etcdserver: permission denied", "CANCELLED", "etcdserver: permission denied"],
    [
      "rpc error: code = PermissionDenied desc = etcdserver: permission denied",
      "PERMISSION_DENIED",
      "etcdserver: permission denied",
    ],
    ["", "CANCELLED", "the server ended the watch"],
  ])("when the server refuses it: %j", async (reason, code, message) => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    const other = under.client.watch("b");
    under.server.say({ kind: "refused", revision: 4, reason });
    expect(await failure(watch.next())).toMatchObject({ code, message });
    expect(await failure(watch.ready)).toMatchObject({ code });
    under.server.created(0n, 4);
    expect(await other.ready).toBe(5);
  });

  test("with all others when no server serves watches", async () => {
    const under = new UnderTest();
    const watches = [under.client.watch("a"), under.client.watch("b")];
    under.channel.lastStream.end(new EtcdError("UNIMPLEMENTED", "not here"));
    for (const watch of watches) {
      expect((await failure(watch.next())).code).toBe("UNIMPLEMENTED");
    }
    expect(under.clock.timers).toBe(0);
  });

  test("with its client, behind what waits", async () => {
    const under = new UnderTest();
    const watch = under.client.watch("a");
    under.server.created(0n, 4);
    under.server.events(0n, [put("a", "1", 5)]);
    under.client.close();
    expect(await taken(watch, 1)).toEqual(["5 a=1"]);
    expect(await failure(watch.next())).toMatchObject({ message: "the client is closed" });
    expect((await failure(under.client.watch("a").next())).code).toBe("CANCELLED");
  });
});
