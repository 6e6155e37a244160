import type { NodeId, Term } from "@quorate/core";
import type { CheckerFactory } from "@quorate/core/testing/sim";

/** GlobalPrimaryOrder (Zab.tla): what earlier primaries broadcast is delivered before what later ones did. */
export const globalPrimaryOrder: CheckerFactory = (_evidence, violated) => {
  const epochs = new Map<NodeId, Term>();
  return {
    name: "global-primary-order",
    started: ({ id, log }) => void epochs.set(id, log.base.term),
    installed: ({ id }, { position }) => void epochs.set(id, position.term),
    applied: ({ id }, entries) => {
      for (const { term, index } of entries) {
        const before = epochs.get(id) ?? 0;
        if (term < before) violated(`${id} delivers ${term}/${index} behind epoch ${before}`);
        epochs.set(id, term);
      }
    },
  };
};
