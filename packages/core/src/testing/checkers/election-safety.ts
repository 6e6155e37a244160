import type { NodeId, Term } from "../../ids.ts";
import type { CheckerFactory } from "./checker.ts";

/** At most one leader per term (Raft §5.2, Figure 3; ZAB: one leader per epoch). */
export const electionSafety: CheckerFactory = (_evidence, violated) => {
  const leaders = new Map<Term, NodeId>();
  return {
    name: "election-safety",
    viewed: ({ id }, view) => {
      if (!view.isLeader) return;
      const other = leaders.get(view.term);
      if (other === undefined) leaders.set(view.term, id);
      else if (other !== id) violated(`${other} and ${id} both lead in term ${view.term}`);
    },
  };
};
