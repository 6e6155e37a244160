import { comparePositions, isQuorum, type NodeId, type Position, type Term } from "@quorate/core";
import { durableLast, type CheckerFactory } from "@quorate/core/testing/sim";
import { decodeEpochs } from "../../epochs.ts";

interface Recency {
  readonly epoch: Term;
  readonly last: Position;
}

/**
 * A leader is at least as recent, by current epoch and then by last zxid, as each member of some
 * quorum that promised its epoch (Zab.tla; Leader.isMoreRecentThan in ZooKeeper). Breaking this rule
 * loses data only in rare runs, as in Figure 8 of the Raft paper, so the rule itself is checked.
 */
export const mostRecentLeader: CheckerFactory = (_evidence, violated) => {
  /** How recent each member was when the promise of an epoch became durable. */
  const promises = new Map<Term, Map<NodeId, Recency>>();
  return {
    name: "most-recent-leader",
    becameDurable: (witness, before) => {
      const { hardState } = witness.durableLog;
      if (hardState === null || witness.ballot?.term === before?.term) return;
      const { accepted, current } = decodeEpochs(hardState);
      const promised = promises.get(accepted) ?? new Map<NodeId, Recency>();
      promises.set(accepted, promised);
      promised.set(witness.id, { epoch: current, last: durableLast(witness) });
    },
    viewed: ({ id }, { isLeader, term, configurations }, before) => {
      if (!isLeader || (before?.isLeader === true && before.term === term)) return;
      const promised = promises.get(term);
      const own = promised?.get(id);
      const isBehind = ({ epoch, last }: Recency): boolean =>
        own !== undefined && (own.epoch - epoch || comparePositions(own.last, last)) >= 0;
      const agrees = (other: NodeId): boolean => {
        const recency = promised?.get(other);
        return recency !== undefined && isBehind(recency);
      };
      if (isQuorum(configurations.latest.quorum, agrees)) return;
      violated(`${id} leads epoch ${term} though no quorum of those that promised it is as old`);
    },
  };
};
