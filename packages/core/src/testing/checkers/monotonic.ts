import type { CheckerFactory } from "./checker.ts";

/**
 * Term, commit index and applied index never go back while a member lives; on its disk the term never
 * goes back and the vote of a term never changes (Raft §5.1, §5.2).
 */
export const monotonic: CheckerFactory = (_evidence, violated) => ({
  name: "monotonic",
  started: ({ id, view, ballot }) => {
    if (view !== null && ballot !== null && view.term < ballot.term) {
      violated(`${id} starts in term ${view.term} though its disk says ${ballot.term}`);
    }
  },
  viewed: ({ id }, view, before) => {
    if (before === null) return;
    for (const field of ["term", "commit", "applied"] as const) {
      if (view[field] >= before[field]) continue;
      violated(`${field} of ${id} goes back from ${before[field]} to ${view[field]}`);
    }
  },
  becameDurable: ({ id, ballot }, before) => {
    if (ballot === null || before === null || ballot === before) return;
    if (ballot.term < before.term) {
      violated(`the durable term of ${id} goes back from ${before.term} to ${ballot.term}`);
    }
    if (ballot.term === before.term && before.vote !== null && ballot.vote !== before.vote) {
      violated(`${id} changes its vote in term ${ballot.term} to ${String(ballot.vote)}`);
    }
  },
});
