import { assert } from "@quorate/core";
import { encodeCommand, type EtcdResult } from "../apply/index.ts";
import { encodeLeaseRenewal } from "../codec/index.ts";
import type { LeaseId } from "../lease/index.ts";
import type {
  ProposalDone,
  RequestFailure,
  RequestService,
} from "../../service/request-service.ts";

/** Takes the seconds that a lease has again, 0 when there is no such lease, or why nobody knows. */
export type RenewalDone = (outcome: number | RequestFailure) => void;

/** Renewals that may wait for the batch under way. */
const WAITING_MAX = 65_536;

/**
 * Renews leases through the log, so that whoever leads next knows of it. What clients ask for while a
 * batch is under way goes with the next one, each lease once: a lease costs a few bytes, whoever its
 * clients are and however often they ask.
 */
export class LeaseRenewals {
  readonly #requests: RequestService<EtcdResult>;
  #waiting = new Map<LeaseId, RenewalDone[]>();
  #waitingCount = 0;
  #underWay = false;

  constructor(requests: RequestService<EtcdResult>) {
    this.#requests = requests;
  }

  renew(id: LeaseId, done: RenewalDone): void {
    if (this.#waitingCount >= WAITING_MAX) return done({ kind: "overloaded" });
    this.#waitingCount++;
    const others = this.#waiting.get(id);
    if (others === undefined) this.#waiting.set(id, [done]);
    else others.push(done);
    this.#propose();
  }

  #propose(): void {
    if (this.#underWay || this.#waiting.size === 0) return;
    this.#underWay = true;
    const batch = this.#waiting;
    this.#waiting = new Map();
    this.#waitingCount = 0;
    const command = encodeCommand("leaseRenew", encodeLeaseRenewal([...batch.keys()]));
    const settled: ProposalDone<EtcdResult> = (outcome) => {
      this.#underWay = false;
      if (outcome.kind !== "done") {
        for (const dones of batch.values()) for (const done of dones) done(outcome);
      } else settle(batch, outcome.result);
      this.#propose();
    };
    this.#requests.propose(command, settled, { own: true });
  }
}

function settle(batch: ReadonlyMap<LeaseId, readonly RenewalDone[]>, result: EtcdResult): void {
  assert(
    result.kind === "done" && result.response.kind === "leaseRenew",
    "a renewal is never refused",
  );
  const { ttlSeconds } = result.response;
  let at = 0;
  for (const dones of batch.values()) {
    const seconds = ttlSeconds[at++];
    assert(seconds !== undefined, "a renewal is answered whole");
    for (const done of dones) done(seconds);
  }
}
