import type { Index, Term } from "../../ids.ts";
import type { CheckerFactory, Witness } from "./checker.ts";

interface Seen {
  readonly digest: number;
  readonly previousTerm: Term;
  readonly by: string;
}

/**
 * Two logs that hold an entry of the same index and term are the same up to there (Raft §5.3,
 * Figure 3). Checked by induction: the same position always has the same content and the same
 * position before it. Also: terms never decrease along a log, indices have no gaps.
 */
export const logMatching: CheckerFactory = (_evidence, violated) => {
  const terms = new Map<Term, Map<Index, Seen>>();
  const look = (witness: Witness, index: Index): void => {
    const stamp = witness.log.stampAt(index);
    const previousTerm = witness.log.termAt(index - 1);
    if (stamp === undefined || previousTerm === undefined) return;
    const at = `${witness.id} has entry ${index} of term ${stamp.term}`;
    if (stamp.term < previousTerm) violated(`${at} behind one of term ${previousTerm}`);
    const term = terms.get(stamp.term) ?? new Map<Index, Seen>();
    terms.set(stamp.term, term);
    const seen = term.get(index);
    if (seen === undefined) {
      term.set(index, { digest: stamp.digest, previousTerm, by: witness.id });
    } else if (seen.digest !== stamp.digest) {
      violated(`${at} with another content than ${seen.by}`);
    } else if (seen.previousTerm !== previousTerm) {
      violated(`${at} behind term ${previousTerm}, ${seen.by} behind term ${seen.previousTerm}`);
    }
  };
  return {
    name: "log-matching",
    wrote: (witness, { run }) => {
      for (const { index } of run?.entries ?? []) look(witness, index);
      const first = run?.entries[0]?.index;
      const last = run?.entries.at(-1)?.index;
      if (first !== undefined && last !== undefined && last !== witness.log.lastIndex) {
        violated(`${witness.id} wrote ${first}..${last} into a log that ends elsewhere`);
      }
    },
    started: (witness) => {
      const { base, lastIndex } = witness.log;
      for (let index = base.index + 1; index <= lastIndex; index++) look(witness, index);
    },
  };
};
