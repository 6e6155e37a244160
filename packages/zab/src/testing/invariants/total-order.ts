import type { Index } from "@quorate/core";
import type { CheckerFactory } from "@quorate/core/testing/sim";

/**
 * TotalOrder (Zab.tla): a transaction that one member delivers before another is delivered before it
 * everywhere: each has the same place in every member's sequence.
 */
export const totalOrder: CheckerFactory = (_evidence, violated) => {
  /** Place of each command in what was delivered. */
  const places = new Map<number, Index>();
  return {
    name: "total-order",
    commandApplied: ({ id }, command, index) => {
      const known = places.get(command);
      if (known === undefined) places.set(command, index);
      else if (known !== index) {
        violated(`${id} delivers transaction ${command} in place ${index}, others in ${known}`);
      }
    },
  };
};
