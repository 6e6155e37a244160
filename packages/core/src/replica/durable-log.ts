import type { Index, Ticket } from "../ids.ts";

/**
 * How much of the log is on this member's own disk.
 *
 * Invariant: an index counts only when the write that put its present entry there is durable. A
 * truncation takes it out of older writes, so that these cannot confirm what was rewritten.
 */
export class DurableLog {
  #through: Index;
  #pending: { readonly ticket: Ticket; last: Index }[] = [];

  constructor(through: Index) {
    this.#through = through;
  }

  get through(): Index {
    return this.#through;
  }

  written(ticket: Ticket, last: Index): void {
    this.#pending.push({ ticket, last });
  }

  truncated(from: Index): void {
    this.#through = Math.min(this.#through, from - 1);
    for (const pending of this.#pending) pending.last = Math.min(pending.last, from - 1);
  }

  /** A snapshot takes the log's place; it counts once the ticket is durable. */
  replaced(ticket: Ticket, last: Index): void {
    this.#through = 0;
    this.#pending = [{ ticket, last }];
  }

  durable(ticket: Ticket): void {
    while ((this.#pending[0]?.ticket ?? Infinity) <= ticket) {
      this.#through = Math.max(this.#through, this.#pending.shift()?.last ?? 0);
    }
  }
}
