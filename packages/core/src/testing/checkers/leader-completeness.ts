import { isQuorum } from "../../quorum/quorum.ts";
import { votersOf } from "../../quorum/rule.ts";
import { isAtLeastAsUpToDate, type Position } from "../../position.ts";
import { durableLast, holdsDurably, type CheckerFactory, type Witness } from "./checker.ts";

/**
 * Every committed entry is in the logs of all later leaders (Raft §5.4, Figure 3). Checked when a
 * member begins to lead, and ahead of time whenever the commit index moves: nobody whose durable log
 * could win an election may lack what is committed (Figure 8 is caught here before it happens).
 */
export const leaderCompleteness: CheckerFactory = (evidence, violated) => {
  let checkedThrough = 0;

  const checkLeader = ({ id, log }: Witness, term: number): void => {
    for (let index = log.base.index + 1; index < evidence.committed.length; index++) {
      const committed = evidence.committed[index];
      // A leader that learns late that it was elected need not have what a later one committed.
      if (committed === undefined || committed.committedIn >= term) continue;
      const stamp = log.stampAt(index);
      if (stamp?.term === committed.term && stamp.digest === committed.digest) continue;
      violated(`${id} leads in term ${term} without committed entry ${index}`);
      return;
    }
  };

  const checkElectable = (witness: Witness, entry: Position): void => {
    const quorum = witness.view?.configurations.latest.quorum;
    if (quorum === undefined) return;
    const disks = votersOf(quorum).flatMap((id) => evidence.witnesses.get(id) ?? []);
    for (const candidate of disks) {
      if (holdsDurably(candidate, entry)) continue;
      const last = durableLast(candidate);
      const wins = isQuorum(quorum, (id) => {
        const voter = evidence.witnesses.get(id);
        return voter !== undefined && isAtLeastAsUpToDate(last, durableLast(voter));
      });
      if (!wins) continue;
      violated(
        `${candidate.id} could win an election without committed entry ${entry.index} of term ${entry.term}`,
      );
    }
  };

  return {
    name: "leader-completeness",
    viewed: (witness, view, before) => {
      if (view.isLeader && !(before?.isLeader === true && before.term === view.term)) {
        checkLeader(witness, view.term);
      }
    },
    committed: (witness, _from, through) => {
      const term = witness.log.termAt(through);
      if (term === undefined || through <= checkedThrough) return;
      checkedThrough = through;
      checkElectable(witness, { index: through, term });
    },
  };
};
