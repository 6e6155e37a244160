import type { Index, Term } from "@quorate/core";
import type { CheckerFactory } from "@quorate/core/testing/sim";

/**
 * LocalPrimaryOrder (Zab.tla): what one primary broadcast is delivered in the order in which it was
 * broadcast, and nothing of it is left out before something that follows.
 */
export const localPrimaryOrder: CheckerFactory = (_evidence, violated) => {
  /** The place of each entry among the broadcasts of its epoch, in the order of writing. */
  const places = new Map<Term, Map<Index, number>>();
  /** Places below this are delivered, by epoch. */
  const delivered = new Map<Term, number>();
  return {
    name: "local-primary-order",
    wrote: (_witness, { run }) => {
      for (const { term, index } of run?.entries ?? []) {
        const epoch = places.get(term) ?? new Map<Index, number>();
        places.set(term, epoch);
        if (!epoch.has(index)) epoch.set(index, epoch.size);
      }
    },
    applied: ({ id }, entries) => {
      for (const { term, index } of entries) {
        const place = places.get(term)?.get(index) ?? -1;
        const next = delivered.get(term) ?? 0;
        if (place > next)
          violated(`${id} delivers number ${place} of epoch ${term} before ${next}`);
        delivered.set(term, Math.max(next, place + 1));
      }
    },
  };
};
