import type { Index, NodeId } from "../../ids.ts";
import type { CheckerFactory } from "./checker.ts";
import { entryDigest } from "./entry-digest.ts";

/**
 * The same entry is applied at the same index everywhere, in order and without gaps (Raft §5.4.3,
 * Figure 3), and the state behind an index is the same on every member, however it got there.
 */
export const stateMachineSafety: CheckerFactory = (_evidence, violated) => {
  const entries: ({ readonly digest: number; readonly by: NodeId } | undefined)[] = [];
  const states = new Map<Index, { readonly digest: number; readonly by: NodeId }>();
  return {
    name: "state-machine-safety",
    applied: ({ id }, applied) => {
      for (const entry of applied) {
        const digest = entryDigest(entry);
        const known = entries[entry.index];
        if (known === undefined) entries[entry.index] = { digest, by: id };
        else if (known.digest !== digest) {
          violated(`${id} applied another entry at ${entry.index} than ${known.by}`);
        }
      }
    },
    stateReached: ({ id }, index, digest) => {
      const known = states.get(index);
      if (known === undefined) states.set(index, { digest, by: id });
      else if (known.digest !== digest) {
        violated(`${id} has another state behind entry ${index} than ${known.by}`);
      }
    },
  };
};
