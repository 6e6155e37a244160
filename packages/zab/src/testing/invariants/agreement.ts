import type { Index, NodeId } from "@quorate/core";
import type { CheckerFactory } from "@quorate/core/testing/sim";

/**
 * Agreement (Zab.tla): if one member delivers `a` and another `b`, then one of them delivers both. It
 * fails where a member leaves out what others delivered.
 */
export const agreement: CheckerFactory = (_evidence, violated) => {
  const delivered = new Map<NodeId, Index>();
  return {
    name: "agreement",
    started: ({ id, log }) => void delivered.set(id, log.base.index),
    installed: ({ id }, { position }) => void delivered.set(id, position.index),
    applied: ({ id }, entries) => {
      for (const { index } of entries) {
        const before = delivered.get(id) ?? 0;
        if (index !== before + 1) violated(`${id} delivers ${index} behind ${before}`);
        delivered.set(id, index);
      }
    },
  };
};
