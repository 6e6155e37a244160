import { entryDigest, type CheckerFactory } from "@quorate/core/testing/sim";

/**
 * PrimaryIntegrity (Zab.tla): a primary has in its history whatever any member has delivered of
 * earlier epochs before it broadcasts anything itself.
 */
export const primaryIntegrity: CheckerFactory = (_evidence, violated) => {
  const delivered: ({ readonly term: number; readonly digest: number } | undefined)[] = [];
  return {
    name: "primary-integrity",
    applied: (_witness, entries) => {
      for (const entry of entries) {
        delivered[entry.index] ??= { term: entry.term, digest: entryDigest(entry) };
      }
    },
    viewed: ({ id, log }, { isLeader, term }, before) => {
      if (!isLeader || (before?.isLeader === true && before.term === term)) return;
      for (let index = log.base.index + 1; index < delivered.length; index++) {
        const known = delivered[index];
        if (known === undefined || known.term >= term) continue;
        if (log.stampAt(index)?.digest === known.digest) continue;
        violated(`${id} is primary of epoch ${term} without ${known.term}/${index}`);
        return;
      }
    },
  };
};
