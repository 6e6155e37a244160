import type { ServerFacts } from "./server-facts.ts";

/** More is not listed at once: it would hold up the server's clients for as long as it is written. */
const LISTED_MAX = 100_000;
const CHARACTERS_MAX = 32 * 1024 * 1024;

/** Why watches are not listed; null when they are. */
export function unlistedWatches({ watches }: ServerFacts): string | null {
  return (
    tooMany(watches.count, "watches") ??
    tooMany(watches.characters, "characters in the paths of watches", CHARACTERS_MAX)
  );
}

/** Why sessions and their nodes are not listed; null when they are. */
export function unlistedSessions({ machine }: ServerFacts): string | null {
  const { sessions, tree } = machine;
  return tooMany(sessions.size + tree.ephemeralCount, "sessions and ephemeral nodes");
}

function tooMany(count: number, what: string, most: number = LISTED_MAX): string | null {
  if (count <= most) return null;
  return `There are ${count} ${what}, and no more than ${most} are listed at once`;
}
