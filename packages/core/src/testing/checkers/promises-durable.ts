import { holdsDurably, type CheckerFactory } from "./checker.ts";

/**
 * What a message promises is on the sender's disk before it leaves: votes and acknowledgements (Raft
 * §5, "updated on stable storage before responding").
 */
export const promisesDurable: CheckerFactory = (_evidence, violated) => ({
  name: "promises-durable",
  promised: (witness, promise) => {
    const { id, ballot, log } = witness;
    if (promise.kind === "vote") {
      const term = ballot?.term ?? -1;
      if (term > promise.term) return; // its disk has moved on since
      if (term === promise.term && ballot?.vote === promise.candidate) return;
      violated(
        `${id} sends a vote for ${promise.candidate} in term ${promise.term} that its disk lacks`,
      );
      return;
    }
    const { through } = promise;
    const term = log.termAt(through);
    if (
      through <= log.base.index ||
      (term !== undefined && holdsDurably(witness, { index: through, term }))
    ) {
      return;
    }
    // A newer leader may have truncated it since: then the promise was of a term that is over.
    if ((witness.view?.term ?? 0) > promise.term) return;
    violated(`${id} acknowledges entries through ${through} that its disk lacks`);
  },
});
