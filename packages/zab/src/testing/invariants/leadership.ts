import type { Term } from "@quorate/core";
import type { CheckerFactory } from "@quorate/core/testing/sim";

/**
 * Leadership1, Leadership2 (Zab.tla): an epoch has one established leader, and a leader is
 * established only in an epoch behind all that were established before.
 */
export const leadership: CheckerFactory = (_evidence, violated) => {
  let newest: { readonly epoch: Term; readonly leader: string } | null = null;
  return {
    name: "leadership",
    viewed: ({ id }, { isLeader, term }, before) => {
      if (!isLeader || (before?.isLeader === true && before.term === term)) return;
      if (newest !== null && term <= newest.epoch) {
        violated(
          `${id} is established in epoch ${term} behind ${newest.leader} in ${newest.epoch}`,
        );
      }
      newest = { epoch: term, leader: id };
    },
  };
};
