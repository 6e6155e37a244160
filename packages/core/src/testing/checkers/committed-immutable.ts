import type { CheckerFactory, Witness } from "./checker.ts";

/**
 * What is committed stays: every member that commits an index commits the same entry there, and a
 * member that has a committed entry never replaces it (Raft §5.4.3; etcd-raft's LogInv).
 */
export const committedImmutable: CheckerFactory = (evidence, violated) => {
  /** Highest index up to which each member's log was seen to hold what is committed. */
  const keeps = new Map<string, number>();

  const holds = ({ log }: Witness, index: number): boolean => {
    const committed = evidence.committed[index];
    const stamp = log.stampAt(index);
    return committed === undefined || index <= log.base.index || stamp?.digest === committed.digest;
  };

  return {
    name: "committed-immutable",
    started: (witness) => {
      keeps.set(witness.id, witness.log.base.index);
    },
    committed: (witness, from, through) => {
      for (let index = from; index <= through; index++) {
        if (!holds(witness, index)) {
          violated(`${witness.id} commits another entry at ${index} than was committed there`);
        }
      }
      keeps.set(witness.id, through);
    },
    installed: (witness, { position }) => {
      const committed = evidence.committed[position.index];
      if (committed === undefined) {
        violated(`${witness.id} installs a snapshot of ${position.index}, which is not committed`);
      } else if (committed.term !== position.term) {
        violated(`${witness.id} installs a snapshot of ${position.index} with another term`);
      }
      keeps.set(witness.id, position.index);
    },
    wrote: (witness, { truncateFrom }) => {
      const kept = keeps.get(witness.id) ?? 0;
      if (truncateFrom === null || truncateFrom > kept) return;
      violated(`${witness.id} truncates from ${truncateFrom} though it committed through ${kept}`);
    },
  };
};
