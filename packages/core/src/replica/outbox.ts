import type { Effect, Persist } from "../effect.ts";
import type { EntryRun } from "../entry.ts";
import type { Index, NodeId, Ticket } from "../ids.ts";
import type { SnapshotHandle, SnapshotMeta } from "../snapshot.ts";

type Storage = Extract<Effect<never>, { kind: "persist" | "installSnapshot" }>;
type Apply = Extract<Effect<never>, { kind: "apply" }>;

/** What a protocol asks for beside storage, messages and applying, which have methods of their own. */
export type PlainEffect = Exclude<
  Effect<never>,
  { kind: "persist" | "installSnapshot" | "send" | "apply" }
>;

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
export class Outbox<Message, HardState> {
  readonly #encodeHardState: (hardState: HardState) => Uint8Array;
  #nextTicket: Ticket = 1;
  #storage: Storage[] = [];
  #effects: PlainEffect[] = [];
  #sends: { readonly to: NodeId; readonly message: Message; readonly promises: boolean }[] = [];
  #applies: Apply[] = [];
  #dirtyHardState: HardState | null = null;
  #hardStateTicket: Ticket = 0;
  #lastTicket: Ticket = 0;
  #durableTicket: Ticket = 0;

  constructor(encodeHardState: (hardState: HardState) => Uint8Array) {
    this.#encodeHardState = encodeHardState;
  }

  /** Whether the newest hard state is durable. */
  get hardStateIsDurable(): boolean {
    return this.#dirtyHardState === null && this.#hardStateTicket <= this.#durableTicket;
  }

  /** Whether the disk has confirmed everything that was ever written. */
  get everythingIsDurable(): boolean {
    const isWritten = this.#storage.length === 0 && this.#dirtyHardState === null;
    return isWritten && this.#lastTicket <= this.#durableTicket;
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

  send(to: NodeId, message: Message): void {
    this.#sends.push({ to, message, promises: false });
  }

  /** Sends what must not be forgotten by a crash: votes, requests for votes, acknowledgements. */
  promise(to: NodeId, message: Message): void {
    this.#sends.push({ to, message, promises: true });
  }

  emit(effect: PlainEffect): void {
    this.#effects.push(effect);
  }

  apply(effect: Apply): void {
    this.#applies.push(effect);
  }

  /** Tickets become durable in their order: the log store promises it. */
  durable(ticket: Ticket): void {
    this.#durableTicket = Math.max(this.#durableTicket, ticket);
  }

  take(): readonly Effect<Message>[] {
    this.#placeHardState();
    const sends = this.#sends.map(({ to, message, promises }): Effect<Message> => {
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
    const hardState = this.#encodeHardState(this.#dirtyHardState);
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
