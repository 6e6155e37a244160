import type { Persist } from "../effect.ts";
import type { QuorateError } from "../errors.ts";
import type { Ticket } from "../ids.ts";
import type { LogStore } from "../ports/log-store.ts";

/** What the queue reports; never from within {@link WriteQueue.write}. */
export interface WriteListener {
  durable(ticket: Ticket): void;
  full(): void;
  available(): void;
  stalled(): void;
  failed(error: QuorateError): void;
}

/**
 * Hands writes to the log store in order, and asks again in the same order when the disk was full.
 * Bounded by what the protocol leaves unpersisted.
 */
export class WriteQueue {
  readonly #log: LogStore;
  readonly #listener: WriteListener;
  readonly #stallMillis: number;
  #inFlight: { readonly request: Persist; readonly since: number }[] = [];
  /** Refused for want of space, oldest first; nothing is handed out while there are any. */
  #refused: Persist[] = [];
  #full = false;
  #stalled = false;
  /** A snapshot took the log's place under this ticket. */
  #logReplacedAt: Ticket = 0;

  constructor(log: LogStore, listener: WriteListener, stallMillis: number) {
    this.#log = log;
    this.#listener = listener;
    this.#stallMillis = stallMillis;
  }

  get idle(): boolean {
    return this.#inFlight.length === 0 && this.#refused.length === 0;
  }

  write(request: Persist, now: number): void {
    if (this.#full || this.#refused.length > 0) this.#refused.push(request);
    else this.#hand(request, now);
  }

  /**
   * A snapshot is taking the log's place: entries that were refused before must not be written behind
   * it. What the same requests say of votes must (found by simulation, seed 303).
   */
  logReplaced(ticket: Ticket): void {
    this.#logReplacedAt = ticket;
  }

  #hand(asked: Persist, now: number): void {
    const isReplaced = asked.ticket < this.#logReplacedAt;
    const request = isReplaced ? { ...asked, truncateFrom: null, run: null } : asked;
    this.#inFlight.push({ request, since: now });
    this.#log.write(request, (outcome) => {
      this.#inFlight.shift();
      if (outcome === null) this.#durable(request.ticket, now);
      else if (outcome.code === "ERR_STORAGE_FULL") this.#refuse(request);
      else this.#listener.failed(outcome);
    });
  }

  #durable(ticket: Ticket, now: number): void {
    if (this.#stalled || this.#full) {
      this.#stalled = false;
      this.#full = false;
      this.#listener.available();
    }
    this.#listener.durable(ticket);
    // A probe that went through: the others follow, in their order.
    if (this.#inFlight.length === 0) {
      for (const request of this.#refused.splice(0)) this.#hand(request, now);
    }
  }

  #refuse(request: Persist): void {
    // Writes made while others were being refused already stand here: tickets restore the order.
    this.#refused.push(request);
    this.#refused.sort((a, b) => a.ticket - b.ticket);
    if (this.#full) return;
    this.#full = true;
    this.#listener.full();
  }

  /** Notices a disk that does not answer; probes a full one with the oldest refused write. */
  tick(now: number): void {
    const oldest = this.#inFlight[0];
    if (oldest === undefined) {
      const probe = this.#refused.shift();
      if (probe !== undefined) this.#hand(probe, now);
    } else if (!this.#stalled && now - oldest.since > this.#stallMillis) {
      this.#stalled = true;
      this.#listener.stalled();
    }
  }
}
