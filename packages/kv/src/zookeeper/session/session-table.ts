import { assert, type Index } from "@quorate/core";
import type { SessionId } from "../codec/session-id.ts";

/** A client's session, as every member knows it. */
export interface Session {
  readonly id: SessionId;
  /** Random, so that knowing a session's id is not enough to take it over. */
  readonly password: Uint8Array;
  timeoutMillis: number;
  /**
   * Index of the entry that gave the session to the connection that has it now. It names that
   * connection in every command it proposes: one that lost the session to another can do no more.
   */
  attachment: Index;
  /**
   * Commands of this attachment applied so far. A command that does not carry the next number is
   * refused, so that no write of a connection is applied when one before it was lost.
   */
  sequence: number;
}

/** The sessions that are open. Part of the replicated state. */
export class SessionTable {
  readonly #byBirth = new Map<Index, Session>();
  readonly #byAttachment = new Map<Index, Session>();

  get size(): number {
    return this.#byBirth.size;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#byBirth.values();
  }

  find(id: SessionId): Session | null {
    const session = this.born(id.birth);
    return session?.id.sid === id.sid ? session : null;
  }

  /** The session by the index of the entry that opened it. */
  born(birth: Index): Session | null {
    return this.#byBirth.get(birth) ?? null;
  }

  /** The session that the connection named by the attachment has, if it still has it. */
  attached(attachment: Index): Session | null {
    return this.#byAttachment.get(attachment) ?? null;
  }

  add(session: Session): void {
    assert(!this.#byBirth.has(session.id.birth), "a session is opened once");
    this.#byBirth.set(session.id.birth, session);
    this.#byAttachment.set(session.attachment, session);
  }

  /** Gives the session to another connection. */
  attach(session: Session, attachment: Index, timeoutMillis: number): void {
    this.#byAttachment.delete(session.attachment);
    session.attachment = attachment;
    session.sequence = 0;
    session.timeoutMillis = timeoutMillis;
    this.#byAttachment.set(attachment, session);
  }

  remove(session: Session): void {
    this.#byBirth.delete(session.id.birth);
    this.#byAttachment.delete(session.attachment);
  }
}
