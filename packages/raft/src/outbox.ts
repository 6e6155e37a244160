import type {
  Effect,
  EntryRun,
  Index,
  NodeId,
  SnapshotHandle,
  SnapshotMeta,
  Ticket,
} from "@quorate/core";
import { encodeHardState, type HardState } from "./hard-state.ts";
import type { RaftMessage } from "./messages.ts";

type RaftEffect = Effect<RaftMessage>;
type Persist = Extract<RaftEffect, { kind: "persist" }>;
type Storage = Extract<RaftEffect, { kind: "persist" | "installSnapshot" }>;

/**
 * Collects a turn's effects and decides what waits for what:
 *
 * - a message that promises something (a vote, an acknowledgement) waits for everything this turn
 *   writes and for what is still being written;
 * - every other message waits for the hard state alone: nobody may learn of a term that a crash
 *   could make this member forget.
 *
 * Appends therefore leave in parallel with the leader's own disk write.
 */
export class Outbox {
  #nextTicket: Ticket = 1;
  #storage: Storage[] = [];
  #effects: RaftEffect[] = [];
  #sends: { readonly to: NodeId; readonly message: RaftMessage; readonly promises: boolean }[] = [];
  #applies: RaftEffect[] = [];
  #dirtyHardState: HardState | null = null;
  #hardStateTicket: Ticket = 0;
  #lastTicket: Ticket = 0;
  #durableTicket: Ticket = 0;

  /** Whether the newest hard state is durable. */
  get hardStateIsDurable(): boolean {
    return this.#dirtyHardState === null && this.#hardStateTicket <= this.#durableTicket;
  }

  saveHardState(hardState: HardState): void {
    this.#dirtyHardState = hardState;
  }

  write(truncateFrom: Index | null, run: EntryRun | null): Ticket {
    const ticket = this.#ticket();
    this.#storage.push({ kind: "persist", ticket, hardState: null, truncateFrom, run });
    return ticket;
  }

  install(handle: SnapshotHandle, meta: SnapshotMeta): Ticket {
    const ticket = this.#ticket();
    this.#storage.push({ kind: "installSnapshot", ticket, handle, meta });
    return ticket;
  }

  send(to: NodeId, message: RaftMessage): void {
    this.#sends.push({ to, message, promises: false });
  }

  /** Sends what must not be forgotten by a crash: votes, requests for votes, acknowledgements. */
  promise(to: NodeId, message: RaftMessage): void {
    this.#sends.push({ to, message, promises: true });
  }

  emit(
    effect: Exclude<RaftEffect, { kind: "persist" | "installSnapshot" | "send" | "apply" }>,
  ): void {
    this.#effects.push(effect);
  }

  apply(effect: Extract<RaftEffect, { kind: "apply" }>): void {
    this.#applies.push(effect);
  }

  /** Tickets become durable in their order: the log store promises it. */
  durable(ticket: Ticket): void {
    this.#durableTicket = Math.max(this.#durableTicket, ticket);
  }

  take(): readonly RaftEffect[] {
    this.#placeHardState();
    const sends = this.#sends.map(({ to, message, promises }): RaftEffect => {
      const ticket = promises ? this.#lastTicket : this.#hardStateTicket;
      return { kind: "send", to, message, after: ticket > this.#durableTicket ? ticket : null };
    });
    const all = [...this.#storage, ...this.#effects, ...sends, ...this.#applies];
    this.#storage = [];
    this.#effects = [];
    this.#sends = [];
    this.#applies = [];
    return all;
  }

  /** The hard state goes with the turn's first write, so that it costs no sync of its own. */
  #placeHardState(): void {
    if (this.#dirtyHardState === null) return;
    const hardState = encodeHardState(this.#dirtyHardState);
    this.#dirtyHardState = null;
    const first = this.#storage[0];
    if (first?.kind === "persist") {
      this.#storage[0] = { ...first, hardState };
      this.#hardStateTicket = first.ticket;
      return;
    }
    const ticket = this.#ticket();
    const persist: Persist = { kind: "persist", ticket, hardState, truncateFrom: null, run: null };
    this.#storage.push(persist);
    this.#hardStateTicket = ticket;
  }

  #ticket(): Ticket {
    this.#lastTicket = this.#nextTicket++;
    return this.#lastTicket;
  }
}
