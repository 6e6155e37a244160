import type { Session } from "./session-table.ts";

/**
 * Finds the sessions that nobody has heard of for their timeout. Deadlines are rounded up to whole
 * ticks, so that a session moves at most once a tick however often it is heard of: it expires
 * between its timeout and one tick more.
 */
export class SessionExpiry {
  readonly #tickMillis: number;
  /** Sessions by the tick in which they expire. */
  readonly #due = new Map<number, Set<Session>>();
  readonly #tickOf = new Map<Session, number>();
  /** All earlier ticks have been looked at. */
  #next: number;

  constructor(tickMillis: number, now: number) {
    this.#tickMillis = tickMillis;
    this.#next = Math.floor(now / tickMillis);
  }

  /** The sessions by the tick in which they expire. */
  get due(): ReadonlyMap<number, ReadonlySet<Session>> {
    return this.#due;
  }

  /** The session was heard of. */
  touch(session: Session, now: number): void {
    this.#expireIn(session, Math.floor((now + session.timeoutMillis) / this.#tickMillis) + 1);
  }

  /** A session that was told of could not be ended: it is told of again, unless it was heard of. */
  retry(session: Session): void {
    if (!this.#tickOf.has(session)) this.#expireIn(session, this.#next);
  }

  forget(session: Session): void {
    const tick = this.#tickOf.get(session);
    if (tick === undefined) return;
    this.#tickOf.delete(session);
    const others = this.#due.get(tick);
    others?.delete(session);
    if (others?.size === 0) this.#due.delete(tick);
  }

  /** The sessions whose time is over; each is told of once. */
  takeExpired(now: number): readonly Session[] {
    const expired: Session[] = [];
    for (; this.#next * this.#tickMillis <= now; this.#next++) {
      for (const session of this.#due.get(this.#next) ?? []) {
        expired.push(session);
        this.#tickOf.delete(session);
      }
      this.#due.delete(this.#next);
    }
    return expired;
  }

  #expireIn(session: Session, tick: number): void {
    if (this.#tickOf.get(session) === tick) return;
    this.forget(session);
    this.#tickOf.set(session, tick);
    const others = this.#due.get(tick);
    if (others === undefined) this.#due.set(tick, new Set([session]));
    else others.add(session);
  }
}
