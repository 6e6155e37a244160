/**
 * Three members of Raft, stepped by hand: no clock, no disk, no network. Time is a number that the
 * loop counts up, a disk that is always ready answers at once, and a message arrives when we say so.
 */
import { majorityOf, Prng, type Effect } from "@quorate/core";
import { Raft, type RaftMessage } from "@quorate/raft";

const ids = ["a", "b", "c"];
const configuration = majorityOf(ids.map((id) => ({ id, addresses: [] })));
const members = new Map(ids.map((self, i) => [self, newMember(self, i + 1)]));
let now = 0;
let applied = 0;

function newMember(self: string, seed: number): Raft {
  return new Raft({
    self,
    configuration,
    recovered: { hardState: null, snapshot: null, tail: [] },
    prng: new Prng(seed),
    electionMillis: 1000,
    heartbeatMillis: 100,
  });
}

/** Does what one member asked for, and tells it, or another, what came of it. */
function honour(self: string, raft: Raft, effect: Effect<RaftMessage>): void {
  const at = { monotonic: now, wall: now };
  switch (effect.kind) {
    case "persist":
      return raft.step({ kind: "persisted", ticket: effect.ticket }, at);
    case "send": {
      const { to, message } = effect;
      return members.get(to)?.step({ kind: "receive", from: self, message }, at);
    }
    case "apply":
      for (const { index, kind, data } of effect.entries) {
        if (kind !== "command") continue;
        console.log(`${self} applies ${index}: ${new TextDecoder().decode(data)}`);
        applied++;
      }
      return raft.step({ kind: "applied", through: effect.entries.at(-1)?.index ?? 0 }, at);
    case "leadershipChanged":
      if (effect.leader === self && effect.ready) {
        console.log(`${self} leads term ${effect.term} after ${now} ms`);
        const proposals = [{ id: 1, data: new TextEncoder().encode("hello") }];
        raft.step({ kind: "propose", proposals, onlyInTerm: effect.term }, at);
      }
  }
}

for (const [self, raft] of members) {
  for (const peer of ids.filter((id) => id !== self)) {
    raft.step({ kind: "linkUp", peer, incarnation: 1 }, { monotonic: now, wall: now });
  }
}

while (applied < members.size) {
  now += 10;
  for (const raft of members.values()) raft.step({ kind: "tick" }, { monotonic: now, wall: now });
  for (const [self, raft] of members) {
    for (const effect of raft.takeEffects()) honour(self, raft, effect);
  }
}
// → c leads term 1 after 1680 ms
// → c applies 2: hello
// → a applies 2: hello
// → b applies 2: hello
