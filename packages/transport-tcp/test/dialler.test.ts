import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Dialler, type Destination } from "../src/dialler.ts";
import { TCP_LIMITS } from "../src/options.ts";
import { Seat } from "../src/seat.ts";
import { TroubleLog } from "../src/trouble-log.ts";
import { FakePlace } from "./fake-peer.ts";
import { Relay } from "./relay.ts";
import { TestProcess } from "./test-process.ts";

/** A dialler whose only peer has an address that cannot be dialled, and when it tries. */
function hopeless(random: number): {
  dialler: Dialler;
  tries: number[];
  aim: (peers: number) => void;
} {
  const tries: number[] = [];
  const begin = Date.now();
  const notThere = (): never => {
    throw new Error("nobody answers");
  };
  const dialler = new Dialler(
    {
      limits: TCP_LIMITS,
      name: "",
      incarnation: 1,
      offered: notThere,
      refusal: notThere,
      linkWith: notThere,
      linked: notThere,
    },
    () => random,
  );
  const seat = new Seat(
    {
      log: { info: () => {}, warn: () => {} },
      troubles: Object.assign(new TroubleLog(), {
        isNews: () => tries.push(Date.now() - begin) > 0,
      }),
      onRoundTrip: () => {},
      changed: () => {},
    },
    { group: "g", cluster: "c", self: "a" },
    new Map([["b", []]]),
    { linkUp: () => {}, linkDown: () => {}, receive: () => {} },
  );
  const aim = (peers: number): void => {
    const destination: Destination = {
      addresses: ["https://127.0.0.1:2380"],
      waiting: peers > 0 ? [{ seat, peer: "b" }] : [],
    };
    dialler.aim(new Map([["there", destination]]));
  };
  return { dialler, tries, aim };
}

describe("redials", () => {
  const useFakeTime = (): void => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
  };

  test("come after twice the time each, up to a bound, less up to a half", () => {
    useFakeTime();
    const [soonest, latest] = [hopeless(0), hopeless(1)];
    soonest.aim(1);
    latest.aim(1);
    vi.advanceTimersByTime(2000);
    expect(soonest.tries.slice(0, 7)).toEqual([0, 25, 75, 175, 375, 625, 875]);
    expect(latest.tries).toEqual([0, 50, 150, 350, 750, 1250, 1750]);
  });

  test("end when nobody waits, and begin anew a little after the link is lost", () => {
    useFakeTime();
    const { tries, aim } = hopeless(0);
    aim(1);
    vi.advanceTimersByTime(200);
    aim(1);
    aim(0);
    vi.advanceTimersByTime(800);
    expect(tries).toEqual([0, 25, 75, 175]);
    aim(1);
    vi.advanceTimersByTime(100);
    expect(tries).toEqual([0, 25, 75, 175, 1025, 1075]);
  });

  test("end with the dialler", () => {
    useFakeTime();
    const { dialler, tries, aim } = hopeless(0);
    aim(1);
    dialler.close();
    vi.advanceTimersByTime(5000);
    expect(tries).toEqual([0]);
  });
});

test("a peer that is not there is dialled until it is, and told of once", async () => {
  const [p, q] = [await TestProcess.start(), await TestProcess.start()];
  await q.transport.close();
  const a = p.join("g", "a", { b: q.url });
  await p.hasLogged("no link to the peer", "ECONNREFUSED");
  const again = await TestProcess.start({ listen: q.url, incarnation: 2 });
  again.join("g", "b", { a: null });
  await a.until("up b/2");
  await p.hasLogged("linked again", '"peer":"b"');
  expect(p.logged.length).toBe(2);
});

test("all addresses of a peer are tried in turn", async () => {
  const [p, q] = [await TestProcess.start(), await TestProcess.start()];
  const bad = ["https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:9"];
  const a = p.join("g", "a", { b: [...bad, q.url] });
  q.join("g", "b", { a: null });
  await a.until("up b/1");
  const told = p.logged.filter((line) => line.includes("no link to the peer"));
  expect(told.length).toBe(3);
  expect(told[0]).toContain("TLS between members is not supported yet");
  expect(told[1]).toContain("no port");
  expect(told[2]).toContain("ECONNREFUSED");
});

test("one attempt serves all groups, and ends when no peer waits for it", async () => {
  const place = await FakePlace.open();
  const process = await TestProcess.start();
  const a = process.join("etcd", "a", { b: place.url });
  const two = process.join("zookeeper", "2", { 1: place.url });
  const fake = await place.peer(1);
  await fake.until("hello");
  expect(fake.hello().groups.map(({ group, self }) => `${group}/${self}`)).toEqual([
    "etcd/a",
    "zookeeper/2",
  ]);
  a.setPeers({});
  two.send("1", "there is no link");
  const third = process.join("third", "x", { y: place.url });
  two.setPeers({});
  third.leave();
  await fake.until("closed");
  expect(place.peers.length).toBe(1);
  expect(process.logged).toEqual([]);
});

test("a place that accepts and says nothing is given up in time, and tried again", async () => {
  const place = await FakePlace.open();
  const process = await TestProcess.start({ limits: { handshakeMillis: 10 } });
  process.join("g", "a", { b: place.url });
  await (await place.peer(1)).until("closed");
  await place.peer(3);
  await process.hasLogged("no link to the peer", "it said nothing: no handshake in time");
  expect(process.logged.length).toBe(1);
});

test("a place that is no member's is named by what it says", async () => {
  const place = await FakePlace.open();
  const process = await TestProcess.start();
  process.join("g", "a", { b: place.url });
  (await place.peer(1)).write(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await process.hasLogged("no link to the peer", place.url, "an HTTP answer");
});

test("who is linked is not dialled", async () => {
  const [p, q] = [await TestProcess.start(), await TestProcess.start()];
  const toQ = await Relay.to(q.port);
  const a = p.join("g", "a", { b: null });
  const b = q.join("g", "b", { a: p.url });
  await Promise.all([a.until("up b/1"), b.until("up a/1")]);
  a.setPeers({ b: toQ.url });
  b.send("a", "one turn later");
  await a.until("b: one turn later");
  expect(toQ.made).toBe(0);
  // Only when the link is lost.
  b.leave();
  await a.until("down b");
  await toQ.until(() => toQ.made > 0);
});
