import type { CheckerFactory } from "@quorate/core/testing/sim";

/**
 * Raft §5.4.2: a leader commits by counting only what is of its own term; whatever is older is
 * committed with it. Breaking the rule loses data only in the rare run of Figure 8, so the rule itself
 * is checked.
 */
export const ownTermCommit: CheckerFactory = (_evidence, violated) => ({
  name: "own-term-commit",
  viewed(witness, view, before) {
    const led = before?.isLeader === true && before.term === view.term && view.isLeader;
    if (!led || view.commit <= before.commit) return;
    const term = witness.log.stampAt(view.commit)?.term ?? null;
    if (term !== null && term !== view.term) {
      violated(`${witness.id} leads term ${view.term} and commits ${view.commit} of term ${term}`);
    }
  },
});
