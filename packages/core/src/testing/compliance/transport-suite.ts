import { assert } from "../../assert.ts";
import { QuorateError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import { Prng } from "../../prng.ts";
import { expectEqual, type SuiteTest } from "./suite-test.ts";
import { comeAndGo } from "./transport-come-and-go.ts";
import type { TransportMember } from "./transport-member.ts";
import { TransportNet, type TransportPlace } from "./transport-net.ts";

/** In a network with short queues so many frames of {@link BURST_BYTES}, sent in a row, are too many. */
const BURST_FRAMES = 500;
const BURST_BYTES = 1000;

/**
 * What every `Transport` must do.
 *
 * @param create - makes a network; with short queues fewer than 500 frames of 1000 bytes may wait for
 *   one peer, else 10 MB at least
 */
export function transportSuite(
  test: SuiteTest,
  create: (queues: "roomy" | "short") => Promise<TransportPlace>,
): void {
  const check = (
    name: string,
    body: (net: TransportNet) => Promise<void>,
    queues: "roomy" | "short" = "roomy",
  ): void =>
    test(name, async () => {
      const net = new TransportNet(await create(queues));
      await Promise.race([body(net), net.witness.broken]);
      expectEqual(net.witness.problem, null, "a broken promise");
    });

  check("links members that know each other, whoever comes first", async (net) => {
    const [p, q] = [await net.start(), await net.start()];
    const a = p.join("g", "a", { b: q });
    await net.pause();
    const b = q.join("g", "b", { a: p });
    await Promise.all([a.linked("b"), b.linked("a")]);
    expectEqual([a.told, b.told], [["up b"], ["up a"]], "what they were told");
  });

  check("links when only one of two knows where the other is", async (net) => {
    const [p, q] = [await net.start(), await net.start()];
    const a = p.join("g", "a", { b: q });
    const b = q.join("g", "b", { a: null });
    const two = p.join("h", "2", { 1: null });
    const one = q.join("h", "1", { 2: p });
    await Promise.all([a.linked("b"), b.linked("a"), one.linked("2"), two.linked("1")]);
  });

  check("delivers in order and without gaps, both ways", async (net) => {
    const { a, b } = await net.pair();
    const more = (member: TransportMember, peer: NodeId) => (): void => {
      const received = member.received(peer);
      if (received < 500 && received % 50 === 0) member.send(peer, 50);
    };
    a.onFrame = more(a, "b");
    b.onFrame = more(b, "a");
    a.send("b", 100);
    b.send("a", 50, 2000);
    await Promise.all([
      a.until(() => a.received("b") >= 500),
      b.until(() => b.received("a") >= 500),
    ]);
    expectEqual([a.told[0], b.told[0]], ["up b", "up a"], "what they were told first");
  });

  check("delivers whole frames with their parts joined, large and empty ones too", async (net) => {
    const sizes = [0, 1, 2, 1000, 65_535, 65_536, 70_000, 3_000_000, 0, 5];
    const frames = sizes.map((size, i) => filled(size, i));
    const found = await deliver(net, frames.map(inParts));
    expectEqual(
      found.map((frame) => frame.length),
      sizes,
      "lengths",
    );
    for (const [i, frame] of frames.entries()) {
      assert(sameBytes(found[i], frame), `frame ${i} holds what was sent`);
    }
  });

  check("leaves the receiver its bytes", async (net) => {
    const frames = Array.from({ length: 200 }, (_, i) => filled(1000, i));
    const found = await deliver(
      net,
      frames.map((frame) => [frame]),
    );
    for (const [i, frame] of frames.entries()) {
      assert(sameBytes(found[i], frame), `frame ${i} is unchanged when the others have come`);
    }
  });

  check("does nothing for a frame without a link", async (net) => {
    const [p, q] = [await net.start(), await net.start()];
    const a = p.join("g", "a", { b: q });
    for (const to of ["b", "nobody", "a"]) a.send(to);
    await net.pause();
    const b = q.join("g", "b", { a: p });
    a.send("b");
    await Promise.all([a.linked("b"), b.linked("a")]);
    a.send("b");
    await b.until(() => b.received("a") === 1);
    expectEqual(b.told, ["up a", "a 0"], "what the peer was told");
  });

  check("tells nothing from within a call", async (net) => {
    const { p, q, a, b } = await net.pair();
    // The peer waits for the group already, over a link that is there.
    const two = q.join("h", "2", { 1: p });
    await net.pause();
    const one = p.join("h", "1", { 2: q });
    await Promise.all([one.linked("2"), two.linked("1")]);
    one.send("2", 100);
    one.setPeers(new Map());
    await Promise.all([one.unlinked("2"), two.unlinked("1")]);
    a.leave();
    await b.unlinked("a");
  });

  check("delivers nothing after leaving, and tells the peer", async (net) => {
    const { p, q, a, b } = await net.pair();
    b.onFrame = () => {
      b.leave();
      b.leave();
      b.send("a");
    };
    a.send("b", 200);
    await a.unlinked("b");
    a.send("b");
    await net.pause(p, q);
    expectEqual(b.told, ["up a", "a 0"], "what was told to who left");
    expectEqual(a.told, ["up b", "down b"], "what the peer was told");
  });

  check("ends a link before the peer's next life begins another", async (net) => {
    const { p, q, a, b } = await net.pair();
    for (let life = 2; life <= 4; life++) {
      a.send("b", 50);
      await q.kill();
      await q.restart();
      const next = q.join("g", "b", { a: p });
      await Promise.all([a.until(() => a.incarnations.length === life), next.linked("a")]);
      a.send("b");
      await next.until(() => next.received("a") > 0);
    }
    expectEqual(new Set(a.incarnations).size, 4, "incarnations of four lives");
    expectEqual(b.told[0], "up a", "what the first life was told");
  });

  check("notices that a peer is gone", async (net) => {
    const { p, q, a } = await net.pair();
    const c = (await net.start()).join("g", "c", { a: p, b: q });
    a.setPeers(new Map([...q.as("b"), ["c", []]]));
    await Promise.all([a.linked("c"), c.linked("a")]);
    await q.kill();
    await a.unlinked("b");
    a.send("c");
    await c.until(() => c.received("a") === 1);
    expectEqual(a.told, ["up b", "up c", "down b"], "what was told");
  });

  check(
    "closes a link whose queue overflows, and drops no frame from its middle",
    async (net) => {
      const { p, a, b } = await net.pair();
      const r = await net.start();
      const c = r.join("g", "c", { a: p });
      a.setPeers(new Map([["b", []], ...r.as("c")]));
      await Promise.all([a.linked("c"), c.linked("a")]);
      a.send("b", 5);
      await b.until(() => b.received("a") === 5);
      a.send("b", BURST_FRAMES, BURST_BYTES);
      await Promise.all([a.unlinked("b"), b.unlinked("a")]);
      const heard = b.told.filter((line) => line.startsWith("a ")).length;
      assert(heard < BURST_FRAMES, `${heard} frames came through a short queue`);
      await Promise.all([a.linked("b"), b.linked("a")]);
      a.send("b");
      await b.until(() => b.received("a") === 1);
      expectEqual(c.told, ["up a"], "what another peer was told");
    },
    "short",
  );

  check("ends a link on which a frame is refused, and begins another", async (net) => {
    const { a, b } = await net.pair();
    let refusals = 0;
    b.onFrame = () => {
      if (b.received("a") < 3 || refusals++ > 0) return;
      throw new QuorateError("ERR_MALFORMED", "as the suite wants");
    };
    a.send("b", 10);
    await Promise.all([
      a.until(() => a.incarnations.length === 2),
      b.until(() => b.incarnations.length === 2),
    ]);
    await a.linked("b");
    a.send("b");
    await b.until(() => b.received("a") === 1);
    const before = ["up a", "a 0", "a 1", "a 2", "down a"];
    expectEqual(b.told, [...before, "up a", "a 0"], "what was told to who refused a frame");
    expectEqual(a.told, ["up b", "down b", "up b"], "what was told to who sent it");
  });

  check("links with who becomes a peer, and ends the link of who is none any more", async (net) => {
    const { p, q, a, b } = await net.pair();
    const r = await net.start();
    const c = r.join("g", "c", { a: p });
    await net.pause(p, r);
    expectEqual([a.told, c.told], [["up b"], []], "before it is a peer");
    a.setPeers(r.as("c"));
    await Promise.all([a.linked("c"), c.linked("a"), b.unlinked("a")]);
    a.send("b");
    await net.pause(p, q);
    expectEqual(a.told.toSorted(), ["down b", "up b", "up c"], "what was told");
    expectEqual(b.told, ["up a", "down a"], "what was told to who is no peer any more");
    a.setPeers(new Map([...q.as("b"), ...r.as("c")]));
    await Promise.all([a.linked("b"), b.linked("a")]);
    a.send("b");
    a.send("c");
    await Promise.all([b.until(() => b.received("a") === 1), c.until(() => c.received("a") === 1)]);
    expectEqual(c.told, ["up a", "a 0"], "what was told to who stayed a peer");
  });

  check("refuses members of another cluster", async (net) => {
    const [p, q] = [await net.start(), await net.start()];
    const a = p.join("g", "a", { b: q }, "one");
    const b = q.join("g", "b", { a: p }, "two");
    await net.pause(p, q);
    a.send("b");
    await net.pause(p, q);
    expectEqual([a.told, b.told], [[], []], "what they were told");
  });

  check("refuses whoever is no member, until it is one", async (net) => {
    const [p, q] = [await net.start(), await net.start()];
    const a = p.join("g", "a", { b: q });
    const b = q.join("g", "b", {});
    await net.pause(p, q);
    a.send("b");
    await net.pause(p, q);
    expectEqual([a.told, b.told], [[], []], "what they were told");
    b.setPeers(p.as("a"));
    await Promise.all([a.linked("b"), b.linked("a")]);
  });

  check("keeps the groups of two processes apart", async (net) => {
    const { p, q, a, b } = await net.pair();
    const two = p.join("h", "2", { 1: q });
    const one = q.join("h", "1", { 2: p });
    await Promise.all([one.linked("2"), two.linked("1")]);
    for (let i = 0; i < 50; i++) {
      a.send("b", 2);
      two.send("1", 3, 50);
      one.send("2");
      b.send("a");
    }
    await Promise.all([
      b.until(() => b.received("a") === 100),
      one.until(() => one.received("2") === 150),
      two.until(() => two.received("1") === 50),
      a.until(() => a.received("b") === 50),
    ]);
  });

  check("lets a group go and come back while another stays", async (net) => {
    const { p, q, a, b } = await net.pair();
    const two = p.join("h", "2", { 1: q });
    let one = q.join("h", "1", { 2: p });
    for (let round = 1; round <= 3; round++) {
      await Promise.all([one.linked("2"), two.linked("1")]);
      // Much is on the way when it leaves: its next life in the group must not hear it.
      one.onFrame = () => {
        one.leave();
        one = q.join("h", "1", { 2: p });
      };
      two.send("1", 100);
      a.send("b");
      await Promise.all([
        two.until(() => two.incarnations.length > round),
        b.until(() => b.received("a") === round),
      ]);
    }
    await Promise.all([one.linked("2"), two.linked("1")]);
    two.send("1");
    await one.until(() => one.received("2") === 1);
    expectEqual([a.told, b.told], [["up b"], ["up a", "a 0", "a 1", "a 2"]], "the other group");
  });

  for (let seed = 1; seed <= RANDOM_SEEDS; seed++) {
    check(`keeps its promises while everything comes and goes (${seed})`, (net) =>
      comeAndGo(net, new Prng(seed)),
    );
  }
}

const RANDOM_SEEDS = 5;

/** Sends the frames from one process to another, and returns what arrived when all have. */
async function deliver(
  net: TransportNet,
  frames: readonly (readonly Uint8Array[])[],
): Promise<readonly Uint8Array[]> {
  const [p, q] = [await net.start(), await net.start()];
  const found: Uint8Array[] = [];
  await new Promise<void>((done) => {
    const ignore = { linkUp: () => {}, linkDown: () => {}, receive: () => {} };
    q.transport.join({ group: "g", cluster: "c", self: "b" }, p.as("a"), {
      ...ignore,
      receive: (_, frame) => {
        found.push(frame);
        if (found.length === frames.length) done();
      },
    });
    const sender = p.transport.join({ group: "g", cluster: "c", self: "a" }, q.as("b"), {
      ...ignore,
      linkUp: (peer) => {
        for (const parts of frames) sender.send(peer, parts);
      },
    });
  });
  return found;
}

function filled(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = i * 31 + seed * 17;
  return bytes;
}

/** In pieces, empty ones among them. */
function inParts(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length === 0) return [];
  const third = Math.ceil(bytes.length / 3);
  return [
    bytes.subarray(0, third),
    new Uint8Array(0),
    bytes.subarray(third, 2 * third),
    bytes.subarray(2 * third),
  ];
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a?.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
