import { holdsDurably, type CheckerFactory } from "@quorate/core/testing/sim";
import { decodeEpochs } from "../../epochs.ts";

/**
 * A current epoch vouches for a history (ZOOKEEPER-4643): a disk that holds the epoch holds whatever
 * was committed in earlier ones. Elections rely on it, because they compare epochs first.
 */
export const historyBeforeEpoch: CheckerFactory = (evidence, violated) => {
  const checked = new Map<string, number>();
  return {
    name: "history-before-epoch",
    becameDurable: (witness) => {
      const { hardState } = witness.durableLog;
      const current = hardState === null ? 0 : decodeEpochs(hardState).current;
      if (current === (checked.get(witness.id) ?? 0)) return;
      checked.set(witness.id, current);
      for (let index = evidence.committed.length - 1; index > 0; index--) {
        const entry = evidence.committed[index];
        if (entry === undefined || entry.committedIn >= current) continue;
        if (!holdsDurably(witness, { index, term: entry.term })) {
          violated(`${witness.id} has epoch ${current} on disk without ${entry.term}/${index}`);
        }
        return; // by log matching it holds what is before as well
      }
    },
  };
};
