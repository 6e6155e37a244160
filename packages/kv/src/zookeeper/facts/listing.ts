import type { ServerFacts } from "./server-facts.ts";

/** More is not listed at once: it would hold up the server's clients for as long as it is written. */
const LISTED_MAX = 100_000;

/** Why watches are not listed; null when they are. */
export function unlistedWatches({ watches }: ServerFacts): string | null {
  return tooMany(watches.count, "watches");
}

/** Why sessions and their nodes are not listed; null when they are. */
export function unlistedSessions({ machine }: ServerFacts): string | null {
  const { sessions, tree } = machine;
  return tooMany(sessions.size + tree.ephemeralCount, "sessions and ephemeral nodes");
}

function tooMany(count: number, what: string): string | null {
  if (count <= LISTED_MAX) return null;
  return `There are ${count} ${what}, and no more than ${LISTED_MAX} are listed at once`;
}
