import { describe, expect, test } from "vitest";
import { MemoryNetwork, type MemoryNetworkOptions } from "../../src/memory/memory-network.ts";
import type { TransportGroup } from "../../src/ports/transport.ts";
import { Prng } from "../../src/prng.ts";
import { EventQueue } from "../../src/memory/event-queue.ts";

const PEERS = ["a", "b", "c"];

interface Seat {
  readonly group: TransportGroup;
  readonly log: string[];
}

class World {
  readonly queue: EventQueue = new EventQueue();
  readonly network: MemoryNetwork;

  constructor(options: Partial<MemoryNetworkOptions> = {}) {
    const prng = new Prng(1);
    this.network = new MemoryNetwork({
      schedule: (_member, millis, run) => this.queue.add(millis, 0, run),
      delayMillis: () => 1 + prng.below(10),
      redialMillis: () => 20,
      ...options,
    });
  }

  join(self: string, cluster = "x"): Seat {
    const log: string[] = [];
    const peers = new Map(PEERS.filter((id) => id !== self).map((id) => [id, []]));
    const group = this.network.transport().join({ group: "g", cluster, self }, peers, {
      linkUp: (peer, incarnation) => log.push(`up ${peer} ${incarnation}`),
      linkDown: (peer) => log.push(`down ${peer}`),
      receive: (peer, frame) => log.push(`${peer} ${frame.join()}`),
    });
    return { group, log };
  }

  run(millis: number): void {
    const end = this.queue.now + millis;
    while (this.queue.nextTime <= end) this.queue.take()?.run();
    this.queue.advanceTo(end);
  }
}

function send(seat: Seat, to: string, ...numbers: number[]): void {
  for (const number of numbers)
    seat.group.send(to, [new Uint8Array([number]), new Uint8Array([0])]);
}

const frames = (from: string, ...numbers: number[]): string[] =>
  numbers.map((n) => `${from} ${n},0`);

describe("a network in memory", () => {
  test("links whoever joined and delivers in order, parts joined", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b")];
    send(a, "b", 9); // no link yet
    world.run(100);
    send(a, "b", 1, 2, 3, 4, 5);
    send(b, "a", 6);
    world.run(100);
    expect(b.log).toEqual(["up a 1", ...frames("a", 1, 2, 3, 4, 5)]);
    expect(a.log).toEqual(["up b 2", ...frames("b", 6)]);
  });

  test("does not link members of different clusters", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b", "y")];
    world.run(1000);
    expect([a.log, b.log]).toEqual([[], []]);
  });

  test("ends a link that was up here and not yet there, when the process there dies", () => {
    const dead = new Set<string>();
    const world: World = new World({
      // What was to happen in a process that died does not.
      schedule: (member, millis, run) =>
        world.queue.add(millis, 0, () => {
          if (!dead.has(member)) run();
        }),
      delayMillis: (_from, to) => (to === "a" ? 50 : 1),
    });
    const [, b] = [world.join("a"), world.join("b")];
    world.run(30);
    expect(b.log).toEqual(["up a 1"]);
    dead.add("a");
    world.network.kill("a", () => 1);
    world.run(100);
    expect(b.log).toEqual(["up a 1", "down a"]);
    dead.clear();
    const again = world.join("a");
    world.run(100);
    expect([again.log.at(-1), b.log.at(-1)]).toEqual(["up b 2", "up a 3"]);
  });

  test("loses what is on the way when a link breaks, tells both sides, and links again", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    send(a, "b", 1);
    world.network.breakLinks("a", "b", (at) => (at === "a" ? 5 : 300));
    send(a, "b", 2);
    world.run(1000);
    send(a, "b", 3);
    world.run(100);
    expect(a.log).toEqual(["up b 2", "down b", "up b 2"]);
    expect(b.log).toEqual(["up a 1", "down a", "up a 1", ...frames("a", 3)]);
  });

  test("holds what is sent into a blocked way, and delivers it in order when it is free", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    world.network.block("a", "b");
    send(a, "b", 1, 2, 3);
    send(b, "a", 4);
    world.run(1000);
    expect(b.log).toEqual(["up a 1"]);
    expect(a.log).toEqual(["up b 2", ...frames("b", 4)]);
    world.network.unblock("a", "b");
    world.run(100);
    expect(b.log).toEqual(["up a 1", ...frames("a", 1, 2, 3)]);
  });

  test("dials only when both ways are free", () => {
    const world = new World();
    world.network.block("b", "a");
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(1000);
    expect([a.log, b.log]).toEqual([[], []]);
    world.network.unblock("b", "a");
    world.run(100);
    expect([a.log, b.log]).toEqual([["up b 2"], ["up a 1"]]);
  });

  test("a process that dies takes its links along; its next life is another incarnation", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    world.network.kill("b", () => 30);
    send(a, "b", 1);
    const next = world.join("b");
    world.run(1000);
    send(next, "a", 7);
    world.run(100);
    expect(b.log).toEqual(["up a 1"]);
    expect(a.log).toEqual(["up b 2", "down b", "up b 3", ...frames("b", 7)]);
  });

  test("links again with who died while the link was being opened", () => {
    const world = new World({ delayMillis: (_, to) => (to === "a" ? 100 : 2) });
    const a = world.join("a");
    world.join("b");
    world.run(21);
    world.network.kill("b", () => 0);
    const next = world.join("b");
    world.run(1000);
    expect([a.log, next.log]).toEqual([["up b 3"], ["up a 1"]]);
  });

  test("does not link with who is no peer any more when the link is open", () => {
    const world = new World({ delayMillis: () => 100 });
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(50);
    a.group.setPeers(new Map([["c", []]]));
    world.run(1000);
    expect([a.log, b.log]).toEqual([[], []]);
  });

  test("hears nothing after it left", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    send(b, "a", 1);
    a.group.leave();
    send(a, "b", 2);
    world.run(1000);
    expect(a.log).toEqual(["up b 2"]);
    expect(b.log).toEqual(["up a 1", "down a"]);
  });

  test("closes a link whose queue overflows, instead of dropping a frame", () => {
    const world = new World({ queueFramesMax: 3 });
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    send(a, "b", 1, 2, 3, 4, 5);
    world.run(1000);
    expect(b.log).toEqual(["up a 1", "down a", "up a 1"]);
    expect(a.log).toEqual(["up b 2", "down b", "up b 2"]);
  });

  test("closes the link to who is no peer any more", () => {
    const world = new World();
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    a.group.setPeers(new Map([["c", []]]));
    world.run(1000);
    expect([a.log, b.log]).toEqual([
      ["up b 2", "down b"],
      ["up a 1", "down a"],
    ]);
    a.group.setPeers(new Map([["b", []]]));
    world.run(1000);
    expect(a.log).toEqual(["up b 2", "down b", "up b 2"]);
  });

  test("loses and doubles single frames where it is told to", () => {
    const copies = [0, 2, 1];
    const world = new World({ copies: () => copies.shift() ?? 1, delayMillis: () => 1 });
    const [a, b] = [world.join("a"), world.join("b")];
    world.run(100);
    send(a, "b", 1, 2, 3);
    world.run(100);
    expect(b.log).toEqual(["up a 1", ...frames("a", 2, 2, 3)]);
  });

  test("under random breaks: order kept, no gap and no copy within a link, both ends linked in the end", () => {
    const prng = new Prng(7);
    const world = new World({ redialMillis: () => prng.below(30) });
    const seats = new Map(PEERS.map((id) => [id, world.join(id)]));
    for (let i = 0; i < 400; i++) {
      const [from, to] = [prng.pick(PEERS), prng.pick(PEERS)];
      const seat = seats.get(from);
      if (from === to || seat === undefined) continue;
      const dice = prng.below(20);
      if (dice === 0) world.network.breakLinks(from, to, () => prng.below(60));
      else if (dice === 1) world.network.block(from, to);
      else if (dice < 4) world.network.unblock(from, to);
      else if (dice === 4) {
        world.network.kill(from, () => prng.below(60));
        seats.set(from, world.join(from));
      } else send(seat, to, i & 255);
      world.run(prng.below(15));
    }
    for (const a of PEERS) for (const b of PEERS) world.network.unblock(a, b);
    world.run(2000);
    for (const [self, { log }] of seats) {
      for (const peer of PEERS.filter((id) => id !== self)) {
        const mine = log.filter((line) => line.includes(peer));
        const state = mine.filter((line) => !line.startsWith(peer));
        expect(state.map((line) => line.slice(0, 2))).toEqual(
          state.map((_, i) => (i % 2 === 0 ? "up" : "do")),
        );
        expect(state.at(-1)).toMatch(/^up/);
        // A frame comes after an `up` and before the next `down`.
        let up = false;
        for (const line of mine) {
          if (line.startsWith(peer)) expect(up).toBe(true);
          else up = line.startsWith("up");
        }
      }
    }
    for (const [from, seat] of seats)
      for (const to of PEERS) if (to !== from) send(seat, to, 254, 255);
    world.run(100);
    for (const [self, { log }] of seats) {
      for (const peer of PEERS.filter((id) => id !== self)) {
        const got = log.filter((line) => line.startsWith(`${peer} `)).slice(-2);
        expect(got).toEqual(frames(peer, 254, 255));
      }
    }
  });
});
