import { expect, test } from "vitest";
import type {
  GroupIdentity,
  Transport,
  TransportGroup,
  TransportReceiver,
} from "../../../src/ports/transport.ts";
import { transportSuite, type TransportPlace } from "../../../src/testing/compliance/index.ts";
import { networkActivity, networkPlace } from "../../memory/network-place.ts";

type Join = Transport["join"];
type Peers = ReadonlyMap<string, readonly string[]>;

/** Names of the tests that fail on networks whose transports join as given. */
async function failures(broken: (join: Join) => Join): Promise<string[]> {
  const create = async (queues: "roomy" | "short"): Promise<TransportPlace> => {
    const place = await networkPlace(queues);
    return {
      start: async (at) => {
        const started = await place.start(at);
        return {
          ...started,
          transport: { join: broken((...args) => started.transport.join(...args)) },
        };
      },
    };
  };
  const cases: [name: string, body: () => Promise<void>][] = [];
  transportSuite((...each) => cases.push(each), create);
  const failed: string[] = [];
  for (const [name, body] of cases) {
    const outcome = await Promise.race([
      body().then(
        () => "passed",
        () => "failed",
      ),
      standstill(),
    ]);
    if (outcome !== "passed") failed.push(name);
  }
  return failed;
}

/** A test that waits for what never happens is as red as one that throws. */
async function standstill(): Promise<string> {
  let before = -1;
  for (let quiet = 0; quiet < 5; quiet++) {
    if (networkActivity() !== before) quiet = 0;
    before = networkActivity();
    await new Promise((done) => setImmediate(done));
  }
  return "stands still";
}

/** Changes what a member is told. */
const hearing =
  (change: (receiver: TransportReceiver, self: GroupIdentity) => Partial<TransportReceiver>) =>
  (join: Join): Join =>
  (identity, peers, receiver) => {
    const whole: TransportReceiver = {
      linkUp: (peer, incarnation) => receiver.linkUp(peer, incarnation),
      linkDown: (peer) => receiver.linkDown(peer),
      receive: (peer, frame) => receiver.receive(peer, frame),
    };
    return join(identity, peers, { ...whole, ...change(receiver, identity) });
  };

/** Changes what a member does. */
const acting =
  (change: (group: TransportGroup, receiver: TransportReceiver) => Partial<TransportGroup>) =>
  (join: Join): Join =>
  (identity, peers, receiver) => {
    const group = join(identity, peers, receiver);
    const whole: TransportGroup = {
      send: (to, parts) => group.send(to, parts),
      setPeers: (next) => group.setPeers(next),
      leave: () => group.leave(),
    };
    return { ...whole, ...change(group, receiver) };
  };

const after = (callback: () => void): void => void setImmediate(callback);

const withoutAddress = (peers: Peers): Peers =>
  new Map([...peers].filter(([, addresses]) => addresses.length > 0));

const DEFECTS: Record<string, [RegExp, (join: Join) => Join]> = {
  "delivers two frames in the wrong order": [
    /in order/,
    hearing((receiver) => {
      let count = 0;
      let held: [string, Uint8Array] | null = null;
      return {
        receive(peer, frame) {
          if (++count === 20) held = [peer, frame];
          else receiver.receive(peer, frame);
          if (count === 21 && held !== null) receiver.receive(...held);
        },
      };
    }),
  ],
  "loses a frame in the middle": [
    /without gaps/,
    hearing((receiver) => {
      let count = 0;
      return {
        receive(peer, frame) {
          if (++count !== 20) receiver.receive(peer, frame);
        },
      };
    }),
  ],
  "delivers a frame twice": [
    /without gaps/,
    hearing((receiver) => {
      let count = 0;
      return {
        receive(peer, frame) {
          if (++count === 20) receiver.receive(peer, frame);
          receiver.receive(peer, frame);
        },
      };
    }),
  ],
  "delivers the first part of a frame only": [
    /whole frames/,
    acting((group) => ({ send: (to, parts) => group.send(to, parts.slice(0, 1)) })),
  ],
  "delivers parts as frames": [
    /whole frames/,
    acting((group) => ({
      send(to, parts) {
        for (const part of parts) group.send(to, [part]);
      },
    })),
  ],
  "drops empty frames": [
    /empty ones/,
    hearing((receiver) => ({
      receive(peer, frame) {
        if (frame.length > 0) receiver.receive(peer, frame);
      },
    })),
  ],
  "cuts large frames off": [
    /large/,
    hearing((receiver) => ({
      receive: (peer, frame) => receiver.receive(peer, frame.subarray(0, 65_536)),
    })),
  ],
  "uses the memory of a frame again": [
    /its bytes/,
    hearing((receiver) => {
      const memory = new Uint8Array(4_000_000);
      return {
        receive(peer, frame) {
          memory.set(frame);
          receiver.receive(peer, memory.subarray(0, frame.length));
        },
      };
    }),
  ],
  "tells of links from within join": [
    /within a call/,
    (join) => (identity, peers, receiver) => {
      for (const peer of peers.keys()) receiver.linkUp(peer, 1);
      return join(identity, peers, receiver);
    },
  ],
  "tells of a lost link from within send": [
    /within a call/,
    acting((group, receiver) => ({
      send(to, parts) {
        group.send(to, parts);
        receiver.linkDown(to);
      },
    })),
  ],
  "tells of lost links from within setPeers": [
    /within a call/,
    acting((group, receiver) => ({
      setPeers(peers) {
        group.setPeers(peers);
        if (!peers.has("2")) receiver.linkDown("2");
      },
    })),
  ],
  "leaves late": [
    /after leaving/,
    acting((group) => ({ leave: () => after(() => group.leave()) })),
  ],
  "keeps silent about lost links": [/peer is gone/, hearing(() => ({ linkDown: () => {} }))],
  "begins a link before it ends the one before": [
    /next life/,
    hearing((receiver) => {
      const lost = new Set<string>();
      return {
        linkDown: (peer) => lost.add(peer),
        linkUp(peer, incarnation) {
          receiver.linkUp(peer, incarnation);
          if (lost.delete(peer)) receiver.linkDown(peer);
        },
      };
    }),
  ],
  "never links again": [
    /next life/,
    hearing((receiver) => {
      const lost = new Set<string>();
      return {
        linkUp(peer, incarnation) {
          if (!lost.has(peer)) receiver.linkUp(peer, incarnation);
        },
        linkDown(peer) {
          if (!lost.has(peer)) receiver.linkDown(peer);
          lost.add(peer);
        },
        receive(peer, frame) {
          if (!lost.has(peer)) receiver.receive(peer, frame);
        },
      };
    }),
  ],
  "gives every life the same incarnation": [
    /next life/,
    hearing((receiver) => ({ linkUp: (peer) => receiver.linkUp(peer, 1) })),
  ],
  "keeps frames for a link to come": [
    /without a link/,
    (join) => (identity, peers, receiver) => {
      const kept: [string, readonly Uint8Array[]][] = [];
      const linked = new Set<string>();
      const group = join(identity, peers, {
        linkUp(peer, incarnation) {
          linked.add(peer);
          receiver.linkUp(peer, incarnation);
          for (const [to, parts] of kept.splice(0)) group.send(to, parts);
        },
        linkDown(peer) {
          linked.delete(peer);
          receiver.linkDown(peer);
        },
        receive: (peer, frame) => receiver.receive(peer, frame),
      });
      return {
        send: (to, parts) => (linked.has(to) ? group.send(to, parts) : void kept.push([to, parts])),
        setPeers: (next) => group.setPeers(next),
        leave: () => group.leave(),
      };
    },
  ],
  "goes on behind a frame that was refused": [
    /is refused/,
    hearing((receiver) => ({
      receive(peer, frame) {
        try {
          receiver.receive(peer, frame);
        } catch {
          // What was refused is a gap now.
        }
      },
    })),
  ],
  "drops what its queue does not take": [
    /overflows/,
    acting((group) => {
      let queued = 0;
      return {
        send(to, parts) {
          if (queued === 0) after(() => (queued = 0));
          if (++queued < 60) group.send(to, parts);
        },
      };
    }),
  ],
  "links members of different clusters": [
    /another cluster/,
    (join) => (identity, peers, receiver) => join({ ...identity, cluster: "one" }, peers, receiver),
  ],
  "links who is no member": [
    /no member/,
    (join) => (identity, peers, receiver) => {
      const everybody = ["a", "b", "c"].filter((id) => id !== identity.self);
      return join(
        identity,
        new Map([...peers, ...everybody.map((id) => [id, []] as const)]),
        receiver,
      );
    },
  ],
  "links only who can be dialled": [
    /only one of two/,
    (join) => (identity, peers, receiver) => join(identity, withoutAddress(peers), receiver),
  ],
  "only ever adds peers": [
    /none any more/,
    (join) => (identity, peers, receiver) => {
      const group = join(identity, peers, receiver);
      const all = new Map(peers);
      return {
        send: (to, parts) => group.send(to, parts),
        setPeers(next) {
          for (const [peer, addresses] of next) all.set(peer, addresses);
          group.setPeers(all);
        },
        leave: () => group.leave(),
      };
    },
  ],
  "never adds a peer": [
    /becomes a peer/,
    (join) => (identity, peers, receiver) => {
      const group = join(identity, peers, receiver);
      return {
        send: (to, parts) => group.send(to, parts),
        setPeers: (next) => group.setPeers(new Map([...next].filter(([peer]) => peers.has(peer)))),
        leave: () => group.leave(),
      };
    },
  ],
  "gives one group what was sent in another": [
    /groups of two processes apart/,
    (join) => {
      let youngest: TransportReceiver | null = null;
      return (identity, peers, receiver) => {
        youngest = receiver;
        return join(identity, peers, {
          linkUp: (peer, incarnation) => receiver.linkUp(peer, incarnation),
          linkDown: (peer) => receiver.linkDown(peer),
          receive: (peer, frame) => (youngest ?? receiver).receive(peer, frame),
        });
      };
    },
  ],
  "breaks all links when one group leaves": [
    /while another stays/,
    (join) => {
      const all = new Map<TransportGroup, Peers>();
      return (identity, peers, receiver) => {
        const group = join(identity, peers, receiver);
        all.set(group, peers);
        return {
          send: (to, parts) => group.send(to, parts),
          setPeers: (next) => group.setPeers(next),
          leave() {
            all.delete(group);
            group.leave();
            for (const [other, theirs] of all) {
              other.setPeers(new Map());
              other.setPeers(theirs);
            }
          },
        };
      };
    },
  ],
  "gives a group that comes back what its life before did not hear": [
    /while another stays/,
    (join) => {
      const groups = new Map<string, { receiver: TransportReceiver; group: TransportGroup }>();
      return (identity, peers, receiver) => {
        const before = groups.get(identity.group);
        if (before !== undefined) {
          before.receiver = receiver;
          after(() => {
            for (const peer of peers.keys()) receiver.linkUp(peer, 1);
          });
        }
        const entry = before ?? {
          receiver,
          group: join(identity, peers, {
            linkUp: (peer, incarnation) => entry.receiver.linkUp(peer, incarnation),
            linkDown: (peer) => entry.receiver.linkDown(peer),
            receive: (peer, frame) => entry.receiver.receive(peer, frame),
          }),
        };
        groups.set(identity.group, entry);
        return {
          send: (to, parts) => entry.group.send(to, parts),
          setPeers: (next) => entry.group.setPeers(next),
          leave: () => (identity.group === "h" ? undefined : entry.group.leave()),
        };
      };
    },
  ],
};

test("a sound transport passes its suite", async () => {
  expect(await failures((join) => join)).toEqual([]);
});

test.each(Object.entries(DEFECTS))(
  "a transport that %s turns its suite red",
  async (_, [name, broken]) => {
    expect((await failures(broken)).join("\n")).toMatch(name);
  },
  30_000,
);
