import type { SessionId } from "../../../zookeeper/codec/index.ts";

/** What became of one session, in virtual ms. */
export interface SessionRecord {
  readonly session: bigint;
  timeoutMillis: number;
  /** When a member last got anything from its client. */
  heardAt: number;
  /** It had to live so long at least, as its client was answered. */
  promisedUntil: number;
  end: SessionEnd | null;
}

export interface SessionEnd {
  readonly how: "expired" | "closed";
  readonly at: number;
  readonly zxid: number;
}

/** All sessions that ever were, with true times, which no member's clock tells. */
export class SessionBook {
  readonly #records = new Map<bigint, SessionRecord>();

  get records(): Iterable<SessionRecord> {
    return this.#records.values();
  }

  /** Null: there never was such a session. */
  find(session: bigint): SessionRecord | null {
    return this.#records.get(session) ?? null;
  }

  /** A session was opened, or taken over by another connection: its whole time begins anew. */
  attached(session: bigint, timeoutMillis: number, at: number): void {
    const promisedUntil = at + timeoutMillis;
    const known = this.#records.get(session);
    if (known !== undefined) Object.assign(known, { timeoutMillis, heardAt: at, promisedUntil });
    else {
      const record = { session, timeoutMillis, heardAt: at, promisedUntil, end: null };
      this.#records.set(session, record);
    }
  }

  heard(session: bigint, at: number): void {
    const record = this.#records.get(session);
    if (record !== undefined) record.heardAt = at;
  }

  /** The leader must know that its client spoke at that time. */
  promised(session: bigint, since: number): void {
    const record = this.#records.get(session);
    if (record === undefined) return;
    record.promisedUntil = Math.max(record.promisedUntil, since + record.timeoutMillis);
  }

  ended(session: bigint, end: SessionEnd): void {
    const record = this.#records.get(session);
    if (record !== undefined) record.end = end;
  }
}

/** A session's id as clients have it. */
export function sessionNumber({ sid, birth }: SessionId): bigint {
  return (BigInt(sid) << 56n) | BigInt(birth);
}
