import type { Ticket } from "../ids.ts";

/**
 * Holds back what must not leave before a ticket is durable. Tickets, not "all earlier writes": an
 * acknowledgement waits for its own write and for nothing else.
 */
export class DurabilityGate {
  readonly #held = new Map<Ticket, (() => void)[]>();
  readonly #outstanding = new Set<Ticket>();

  /** A request to the disk was made under the ticket. */
  opened(ticket: Ticket): void {
    this.#outstanding.add(ticket);
  }

  /** Runs the action now, or once the ticket is durable. */
  after(ticket: Ticket | null, action: () => void): void {
    if (ticket === null || !this.#outstanding.has(ticket)) {
      action();
      return;
    }
    const held = this.#held.get(ticket);
    if (held === undefined) this.#held.set(ticket, [action]);
    else held.push(action);
  }

  /** The ticket is durable. */
  release(ticket: Ticket): void {
    this.#outstanding.delete(ticket);
    const held = this.#held.get(ticket);
    if (held === undefined) return;
    this.#held.delete(ticket);
    for (const action of held) action();
  }
}
