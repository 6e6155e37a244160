import { isQuorum } from "../../quorum/quorum.ts";
import { holdsDurably, type CheckerFactory } from "./checker.ts";

/**
 * When an entry is first committed it is on the disks of a quorum, not merely in their memory: that
 * is what an acknowledgement promises (etcd-raft's CommittedIsDurable).
 */
export const committedDurable: CheckerFactory = (evidence, violated) => {
  let checkedThrough = 0;
  return {
    name: "committed-durable",
    committed: (witness, _from, through) => {
      const term = witness.log.termAt(through);
      const quorum = witness.view?.configurations.latest.quorum;
      if (term === undefined || quorum === undefined || through <= checkedThrough) return;
      checkedThrough = through;
      const position = { index: through, term };
      const holders: string[] = [];
      for (const other of evidence.witnesses.values()) {
        if (holdsDurably(other, position)) holders.push(other.id);
      }
      if (isQuorum(quorum, (id) => holders.includes(id))) return;
      violated(
        `${witness.id} commits entry ${through} of term ${term}, durable on [${holders.join(" ")}] only`,
      );
    },
  };
};
