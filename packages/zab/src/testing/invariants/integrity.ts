import type { Index, NodeId, Term } from "@quorate/core";
import { entryDigest, type CheckerFactory } from "@quorate/core/testing/sim";

/** Integrity (Zab.tla): what is delivered was broadcast, by the primary of its epoch. */
export const integrity: CheckerFactory = (_evidence, violated) => {
  /** Who wrote an entry first, which is before it can be sent. */
  const origins = new Map<Term, Map<Index, { readonly digest: number; readonly by: NodeId }>>();
  const leaders = new Map<Term, NodeId>();
  return {
    name: "integrity",
    wrote: ({ id }, { run }) => {
      for (const entry of run?.entries ?? []) {
        const epoch = origins.get(entry.term) ?? new Map<Index, { digest: number; by: NodeId }>();
        origins.set(entry.term, epoch);
        if (!epoch.has(entry.index)) epoch.set(entry.index, { digest: entryDigest(entry), by: id });
      }
    },
    viewed: ({ id }, { isLeader, term }) => {
      if (isLeader) leaders.set(term, id);
    },
    applied: ({ id }, entries) => {
      for (const entry of entries) {
        const { term, index } = entry;
        const origin = origins.get(term)?.get(index);
        if (origin?.digest === entryDigest(entry) && origin.by === leaders.get(term)) continue;
        violated(`${id} delivers ${term}/${index}, which its primary did not broadcast`);
      }
    },
  };
};
