import { exchangesOf } from "./exchanges.ts";
import type { ClientHistory } from "./facts.ts";

/** How long a leader takes to hear of a session, and to end it. */
export interface SessionTimes {
  /** Sessions end in steps of it. */
  readonly tickMillis: number;
  /** How long a member may hear of sessions, and answer them, without the leader being told. */
  readonly untoldMillis: number;
  /** How long a leader's end went unnoticed, and no other had taken its place. */
  readonly changes: readonly LeaderChange[];
  /** What a busy machine may add. */
  readonly slackMillis: number;
}

export interface LeaderChange {
  readonly lostAt: number;
  readonly servingAt: number;
}

/** What is known of the life of a session. */
export interface SessionLife {
  readonly client: string;
  readonly session: bigint;
  /** Until then it lived for certain. */
  readonly certainUntil: number;
  /** From then on it was over for certain; so were its nodes. */
  readonly overBy: number;
  /** When its client asked to close it; null: it did not. */
  readonly closeAskedAt: number | null;
}

/**
 * When sessions lived and when they were over, as far as their clients' histories tell.
 *
 * A session lives for its timeout since a member that answered heard of it; a member that dies, or
 * is cut off, may not have told the leader any more. It is over a timeout and a tick after it was
 * last heard of, and a leader that takes over while it lasts lets it begin anew.
 */
export function sessionLives(
  histories: readonly ClientHistory[],
  times: SessionTimes,
): ReadonlyMap<bigint, SessionLife> {
  const lives = new Map<bigint, SessionLife>();
  for (const history of histories) {
    for (const [session, contact] of contactsOf(history)) {
      const { client } = history;
      const { timeoutMillis, heardAt, spokeAt, closeAskedAt, closedAt } = contact;
      const end = heardAt + timeoutMillis - times.untoldMillis;
      lives.set(session, {
        client,
        session,
        certainUntil: Math.min(end, closeAskedAt ?? Infinity),
        overBy: Math.min(expiredBy(spokeAt, timeoutMillis, times), closedAt ?? Infinity),
        closeAskedAt,
      });
    }
  }
  return lives;
}

interface Contact {
  readonly timeoutMillis: number;
  /** When it last asked something that was answered. */
  heardAt: number;
  /** When it last said anything, heard or not. */
  spokeAt: number;
  closeAskedAt: number | null;
  closedAt: number | null;
}

function contactsOf(history: ClientHistory): ReadonlyMap<bigint, Contact> {
  const contacts = new Map<bigint, Contact>();
  for (const fact of history.facts) {
    if (fact.kind !== "connected") continue;
    const { session, timeoutMillis, at } = fact;
    const contact = contacts.get(session) ?? {
      timeoutMillis,
      heardAt: at,
      spokeAt: at,
      closeAskedAt: null,
      closedAt: null,
    };
    contact.spokeAt = at;
    contacts.set(session, contact);
  }
  for (const { session, request, askedAt, answer } of exchangesOf(history)) {
    const contact = contacts.get(session);
    if (contact === undefined) continue;
    contact.spokeAt = Math.max(contact.spokeAt, askedAt);
    if (answer !== null) contact.heardAt = Math.max(contact.heardAt, askedAt);
    if (request.kind !== "close") continue;
    contact.closeAskedAt = askedAt;
    contact.closedAt = answer?.at ?? null;
  }
  return contacts;
}

function expiredBy(spokeAt: number, timeoutMillis: number, times: SessionTimes): number {
  const { tickMillis, changes, slackMillis } = times;
  let end = spokeAt + timeoutMillis + tickMillis + slackMillis;
  for (const { lostAt, servingAt } of changes) {
    if (lostAt > end || servingAt < spokeAt) continue;
    end = Math.max(end, servingAt + timeoutMillis + tickMillis + slackMillis);
  }
  return end;
}
