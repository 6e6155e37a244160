import { appendRun, type Entry } from "../../../src/entry.ts";
import type { Effect } from "../../../src/effect.ts";
import type { ProtocolEvent } from "../../../src/event.ts";
import type { Instant } from "../../../src/ids.ts";
import type { GroupView, Protocol } from "../../../src/protocol.ts";
import type { SimProtocol, SimProtocolOptions } from "../../../src/testing/sim/index.ts";

/** Ways in which the protocol may be made wrong. */
export type Flaw = "commits before the disk" | "forgets its term" | "reads too soon";

/** The least protocol there is: one member, which leads from its first tick and agrees with itself. */
class Lone implements Protocol<never> {
  readonly #options: SimProtocolOptions;
  readonly #flaw: Flaw | null;
  readonly #log: Entry[];
  #effects: Effect<never>[] = [];
  #term: number;
  #isLeader = false;
  #commit = 0;
  #applied = 0;
  #ticket = 0;
  readonly #written = new Map<number, number>();

  constructor(options: SimProtocolOptions, flaw: Flaw | null) {
    this.#options = options;
    this.#flaw = flaw;
    this.#log = [...options.recovered.tail];
    this.#term = flaw === "forgets its term" ? 0 : (options.recovered.hardState?.[0] ?? 0);
  }

  step(event: ProtocolEvent<never>, at: Instant): void {
    switch (event.kind) {
      case "tick":
        if (!this.#isLeader) this.#lead(at);
        return;
      case "propose":
        for (const { id, data } of event.proposals) {
          this.#append("command", data, at);
          const position = { term: this.#term, index: this.#log.length };
          this.#effects.push({ kind: "proposalAppended", id, position });
        }
        return;
      case "readBarrier":
        this.#effects.push({ kind: "readReady", id: event.id, index: this.#readIndex() });
        return;
      case "transfer":
        this.#effects.push({ kind: "transferred", id: event.id });
        return;
      case "persisted":
        this.#commitThrough(this.#written.get(event.ticket) ?? 0);
        return;
      case "applied":
        this.#applied = event.through;
    }
  }

  takeEffects(): readonly Effect<never>[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  view(): GroupView {
    const { self, configuration } = this.#options;
    return {
      self,
      role: this.#isLeader ? "leader" : "looking",
      isLeader: this.#isLeader,
      leader: this.#isLeader ? self : null,
      term: this.#term,
      ready: this.#isLeader && this.#commit === this.#log.length,
      commit: this.#commit,
      applied: this.#applied,
      first: 1,
      last: this.#log.length,
      configurations: { committed: configuration, latest: configuration },
      progress: new Map(),
      details: {},
    };
  }

  #lead(at: Instant): void {
    this.#isLeader = true;
    this.#term++;
    const hardState = new Uint8Array([this.#term]);
    const ticket = ++this.#ticket;
    this.#effects.push({ kind: "persist", ticket, hardState, truncateFrom: null, run: null });
    this.#append("noop", new Uint8Array(0), at);
    const { self } = this.#options;
    this.#effects.push({ kind: "leadershipChanged", term: this.#term, leader: self, ready: true });
  }

  #append(kind: Entry["kind"], data: Uint8Array, at: Instant): void {
    const first = this.#log.length + 1;
    const run = appendRun([{ kind, data }], { first, term: this.#term, time: at.wall });
    this.#log.push(...run.entries);
    const ticket = ++this.#ticket;
    this.#written.set(ticket, first);
    this.#effects.push({ kind: "persist", ticket, hardState: null, truncateFrom: null, run });
    if (this.#flaw === "commits before the disk") this.#commitThrough(first);
  }

  #commitThrough(index: number): void {
    if (index <= this.#commit) return;
    this.#effects.push({ kind: "apply", entries: this.#log.slice(this.#commit, index) });
    this.#commit = index;
  }

  /** After a start it does not know yet what an earlier life has acknowledged: it may be everything. */
  #readIndex(): number {
    return this.#flaw === "reads too soon" ? this.#commit : this.#log.length;
  }
}

/** It, for the simulator. */
export function loneProtocol(flaw: Flaw | null = null): SimProtocol<never> {
  return {
    name: "lone",
    codec: {
      encode: () => [],
      decode: () => {
        throw new RangeError("nobody sends anything");
      },
    },
    toleratesUnreliableLinks: true,
    hasObservers: false,
    handsOver: false,
    create: (options) => new Lone(options, flaw),
    ballot: (hardState) => ({ term: hardState[0] ?? 0, vote: null }),
    promise: () => null,
    limitNames: [],
    words: {
      term: "term",
      message: () => "",
      isHeartbeat: () => false,
      hardState: (bytes) => `term ${bytes[0] ?? 0}`,
      trace: () => null,
      member: ({ role, term }) => `${role}, term ${term}`,
    },
  };
}
