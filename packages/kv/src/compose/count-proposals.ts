import type { StateMachine } from "@quorate/core";
import type { EnsembleStats } from "../zookeeper/metrics/index.ts";

/** The state machine, with the sizes of what it is given noted while the member leads. */
export function countProposals<Result>(
  machine: StateMachine<Result>,
  stats: EnsembleStats,
  isLeading: () => boolean,
): StateMachine<Result> {
  return {
    apply: (entries, each) => {
      if (isLeading()) for (const { data } of entries) stats.proposalSizes.observe(data.length);
      machine.apply(entries, each);
    },
    pin: () => machine.pin(),
    restore: () => machine.restore(),
  };
}
