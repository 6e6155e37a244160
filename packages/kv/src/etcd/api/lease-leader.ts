import type { Term } from "@quorate/core";
import { encodeCommand, type EtcdResult, type EtcdStateMachine } from "../apply/index.ts";
import { encodeLeaseExpiry, encodeLeaseTick } from "../codec/index.ts";
import type { LeaseId } from "../lease/index.ts";
import type { RequestService } from "../../service/request-service.ts";

/**
 * How often the lease clock advances. A lease lives up to two ticks longer than it must, and every
 * change of leader adds what was counted since the last.
 */
const TICK_MILLIS = 250;

/** Expiries under way at once: of many, the next ones go when these are applied. */
const EXPIRING_MAX = 256;

/** What a leader keeps in mind. */
interface Leadership {
  readonly term: Term;
  /** When it began to count. */
  readonly since: number;
  /** One tick is under way at a time: see `LeaseTable`. */
  ticking: boolean;
  counted: number;
  readonly expiring: Set<LeaseId>;
}

/**
 * What the leader does for leases: advances their clock, and ends those whose time is over. Both go
 * through the log and only in its own term, so that a deposed leader ends nothing.
 */
export class LeaseLeader {
  readonly #requests: RequestService<EtcdResult>;
  readonly #machine: EtcdStateMachine;
  #leadership: Leadership | null = null;

  constructor(requests: RequestService<EtcdResult>, machine: EtcdStateMachine) {
    this.#requests = requests;
    this.#machine = machine;
  }

  /** To be called often; without leases it does nothing. */
  tick(): void {
    const { isLeader, ready, term } = this.#requests.view();
    // Not ready: what former leaders granted may not be applied here yet.
    if (!isLeader || !ready) {
      this.#leadership = null;
      return;
    }
    const now = this.#requests.now();
    if (this.#leadership?.term !== term) {
      this.#leadership = { term, since: now, ticking: false, counted: 0, expiring: new Set() };
    }
    if (this.#machine.leases.size === 0) return;
    const counted = Math.floor(now - this.#leadership.since);
    this.#advance(this.#leadership, counted);
    this.#expire(this.#leadership, counted);
  }

  #advance(leadership: Leadership, counted: number): void {
    if (leadership.ticking || counted - leadership.counted < TICK_MILLIS) return;
    const { term } = leadership;
    leadership.ticking = true;
    leadership.counted = counted;
    this.#requests.propose(
      encodeCommand("leaseTick", encodeLeaseTick({ term, counted })),
      () => (leadership.ticking = false),
      { onlyInTerm: term, own: true },
    );
  }

  #expire({ term, expiring }: Leadership, counted: number): void {
    const { leases, alarms } = this.#machine;
    // It would be refused.
    if (alarms.has("corrupt")) return;
    for (const { id, ends } of leases.dueAt(leases.millisAt(term, counted))) {
      if (expiring.size >= EXPIRING_MAX) return;
      if (ends.kind !== "at" || expiring.has(id)) continue;
      expiring.add(id);
      this.#requests.propose(
        encodeCommand("leaseExpire", encodeLeaseExpiry({ id, deadline: ends.millis })),
        ({ kind }) => {
          expiring.delete(id);
          if (kind === "done" && expiring.size === 0) this.tick();
        },
        { onlyInTerm: term, own: true },
      );
      // It has failed at once: so would the others.
      if (!expiring.has(id)) return;
    }
  }
}
