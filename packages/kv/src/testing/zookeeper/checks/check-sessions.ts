import type { ClientHistory } from "../../sessions/facts.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SessionRecord } from "../truth/session-book.ts";

/** What messages, disks and the looks at the cluster may add to a session's time. */
const SLACK_MILLIS = 500;

/**
 * Whether no session ended while its client was heard, and none lived on for longer than its timeout and
 * two ticks in which nothing disturbed the cluster: one for the member to tell the leader, one to end it.
 * Whoever was told that its session is gone must have lost it.
 */
export function checkSessions(
  { applied: { sessions }, cluster }: ZooKeeperClientWorld,
  histories: readonly ClientHistory[],
): readonly string[] {
  const { driftMax, tickMillis } = cluster.settings;
  const wrong: string[] = [];
  for (const record of sessions.records) {
    const { timeoutMillis, promisedUntil, heardAt, end } = record;
    const drift = 2 * timeoutMillis * driftMax;
    const early = promisedUntil - drift - (end?.at ?? Infinity);
    if (end?.how === "expired" && early > 0) {
      wrong.push(`${nameOf(record)} ended at ${end.at}, ${early} ms early`);
    }
    const until = end?.at ?? cluster.ensemble.now;
    const most = timeoutMillis + drift + 2 * tickMillis + SLACK_MILLIS;
    const quiet = cluster.longestCalm(heardAt, until);
    if (quiet > most) {
      const what = `${nameOf(record)}, last heard of at ${heardAt}, lived until ${until}`;
      wrong.push(`${what}, ${quiet} ms of it without a disturbance`);
    }
  }
  for (const { client, facts } of histories) {
    let session = 0n;
    for (const fact of facts) {
      if (fact.kind === "connected") ({ session } = fact);
      if (fact.kind !== "expired" || session === 0n) continue;
      // One of a member without a leader is known to that member alone.
      const record = sessions.find(session);
      if (record !== null && !(record.end !== null && record.end.at <= fact.at)) {
        wrong.push(`${client} was told that its session is gone, and it lives`);
      }
    }
  }
  return wrong;
}

function nameOf({ session, timeoutMillis }: SessionRecord): string {
  return `session 0x${session.toString(16)} of ${timeoutMillis} ms`;
}
