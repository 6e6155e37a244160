import { QuorateError } from "../errors.ts";
import type { Proposal } from "../event.ts";
import type { Index, RequestId, Term } from "../ids.ts";
import type { Outcome } from "../ports/replicated-log.ts";
import type { Position } from "../position.ts";

type Done<Result> = (outcome: Outcome<Result>) => void;

interface Waiting<Result> {
  readonly proposal: Proposal;
  readonly onlyInTerm: Term | null;
  readonly since: number;
  readonly done: Done<Result>;
}

/**
 * Follows each proposal of this member through its stages: waiting to be stepped, handed to the
 * protocol, appended at a position, applied. Exactly one outcome is reported for each.
 */
export class PendingProposals<Result> {
  #nextId: RequestId = 1;
  #waiting: Waiting<Result>[] = [];
  #waitingBytes = 0;
  /** The last were refused for want of a leader: offered at once, they would be refused again. */
  #isHeld = false;
  readonly #stepped = new Map<RequestId, Waiting<Result>>();
  readonly #appended = new Map<Index, { readonly term: Term; readonly done: Done<Result> }>();

  get count(): number {
    return this.#waiting.length + this.#stepped.size + this.#appended.size;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Some wait, and may be offered to the protocol now. */
  get areOffered(): boolean {
    return this.#waiting.length > 0 && !this.#isHeld;
  }

  add(data: Uint8Array, onlyInTerm: Term | null, since: number, done: Done<Result>): void {
    this.#waiting.push({ proposal: { id: this.#nextId++, data }, onlyInTerm, since, done });
    this.#waitingBytes += data.length;
  }

  /**
   * Everything that waits, as few `propose` events as its conditions allow. From here on the
   * protocol answers for it.
   */
  take(): readonly { readonly proposals: readonly Proposal[]; readonly onlyInTerm: Term | null }[] {
    const batches: { proposals: Proposal[]; onlyInTerm: Term | null }[] = [];
    for (const waiting of this.#waiting) {
      this.#stepped.set(waiting.proposal.id, waiting);
      const last = batches.at(-1);
      if (last !== undefined && last.onlyInTerm === waiting.onlyInTerm) {
        last.proposals.push(waiting.proposal);
      } else {
        batches.push({ proposals: [waiting.proposal], onlyInTerm: waiting.onlyInTerm });
      }
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    return batches;
  }

  appended(id: RequestId, position: Position): void {
    const stepped = this.#stepped.get(id);
    if (stepped === undefined) return;
    this.#stepped.delete(id);
    // A place taken twice means that the log was truncated below the first: its entry is gone.
    this.#appended.get(position.index)?.done(unknown());
    this.#appended.set(position.index, { term: position.term, done: stepped.done });
  }

  /**
   * There was no leader to take it: it waits for the next, unless it insists on a term. The next may
   * be the last, when a transfer of leadership fails: {@link offerAgain} says when to try.
   */
  refused(id: RequestId, error: QuorateError): void {
    const stepped = this.#stepped.get(id);
    if (stepped === undefined) return;
    this.#stepped.delete(id);
    if (error.code === "ERR_NO_LEADER" && stepped.onlyInTerm === null) {
      // Under a new id: ids ascend in the order of stepping, which tells copies from new proposals.
      const { data } = stepped.proposal;
      this.#waiting.push({ ...stepped, proposal: { id: this.#nextId++, data } });
      this.#waitingBytes += data.length;
      this.#isHeld = true;
    } else stepped.done({ kind: "failed", error });
  }

  /** The leadership has changed, or some time has passed. */
  offerAgain(): void {
    this.#isHeld = false;
  }

  lost(id: RequestId): void {
    const stepped = this.#stepped.get(id);
    if (stepped === undefined) return;
    this.#stepped.delete(id);
    stepped.done(unknown());
  }

  applied(index: Index, term: Term, result: Result): void {
    const appended = this.#appended.get(index);
    if (appended === undefined) return;
    this.#appended.delete(index);
    appended.done(appended.term === term ? { kind: "done", result, index } : unknown());
  }

  /** No entry of an earlier term will ever lie behind the position. */
  settled(position: Position): void {
    for (const [index, { term, done }] of this.#appended) {
      if (index <= position.index || term >= position.term) continue;
      this.#appended.delete(index);
      done(unknown());
    }
  }

  /**
   * The state stands at the position without having applied what waits for these places: a snapshot
   * skipped them, or a later term's entry shows that they were never committed, because terms do not
   * go back along the log. Without it they would wait for an index that may never be reached.
   */
  overtaken(by: Position): void {
    for (const [index, { term, done }] of this.#appended) {
      if (index > by.index && term >= by.term) continue;
      this.#appended.delete(index);
      done(unknown());
    }
  }

  /** Gives up on those that found no leader in time. */
  expire(before: number): void {
    if ((this.#waiting[0]?.since ?? before) >= before) return;
    const keep: Waiting<Result>[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.since >= before) {
        keep.push(waiting);
        continue;
      }
      this.#waitingBytes -= waiting.proposal.data.length;
      const error = new QuorateError("ERR_NO_LEADER", "no leader was elected in time");
      waiting.done({ kind: "failed", error });
    }
    this.#waiting = keep;
  }

  failAll(error: QuorateError): void {
    const all = [...this.#waiting, ...this.#stepped.values(), ...this.#appended.values()];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#stepped.clear();
    this.#appended.clear();
    for (const { done } of all) done({ kind: "failed", error });
  }
}

function unknown(): { readonly kind: "failed"; readonly error: QuorateError } {
  const text = "leadership changed while the proposal was under way; it may or may not be applied";
  return { kind: "failed", error: new QuorateError("ERR_LEADER_CHANGED", text) };
}
