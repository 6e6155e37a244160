import type { SessionLife } from "./session-lives.ts";

/** A write to what a lock protects, by one who was told that it has the lock. */
export interface FencedWrite {
  readonly lock: string;
  /** The czxid of the node that it holds the lock with. */
  readonly token: number;
  readonly session: bigint;
  readonly at: number;
  readonly accepted: boolean;
}

/**
 * Whether what locks protect took no write with a token older than one before, and refused nobody whose
 * session, and so its lock, lived for certain.
 *
 * @param writes - in the order in which they came
 */
export function judgeFencing(
  writes: readonly FencedWrite[],
  lives: ReadonlyMap<bigint, SessionLife>,
): readonly string[] {
  const wrong: string[] = [];
  const greatest = new Map<string, number>();
  for (const { lock, token, session, at, accepted } of writes) {
    const before = greatest.get(lock) ?? 0;
    if (accepted && token < before) {
      wrong.push(`${lock}: token ${token} was accepted after ${before}`);
    }
    if (accepted) greatest.set(lock, Math.max(before, token));
    const life = lives.get(session);
    if (!accepted && life !== undefined && at < life.certainUntil) {
      wrong.push(`${lock}: token ${token} was refused, and ${life.client} had the lock`);
    }
  }
  return wrong;
}
