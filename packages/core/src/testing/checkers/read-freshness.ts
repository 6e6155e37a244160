import type { CheckerFactory } from "./checker.ts";

/**
 * A linearizable read is served from a state that holds every write acknowledged anywhere before the
 * read began (Raft §8, thesis §6.4).
 */
export const readFreshness: CheckerFactory = (_evidence, violated) => ({
  name: "read-freshness",
  readServed: ({ id }, floor, stands) => {
    if (stands < floor) {
      violated(
        `${id} serves a read behind entry ${stands}; ${floor} was acknowledged before it began`,
      );
    }
  },
});
