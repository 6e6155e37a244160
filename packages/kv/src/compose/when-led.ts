import type { ReplicatedLog } from "@quorate/core";

/** Resolves when the member takes part in a group that has a leader. */
export function whenLed(log: Pick<ReplicatedLog<never>, "view" | "onView">): Promise<void> {
  return new Promise((done) => {
    if (log.view().leader !== null) return done();
    const stop = log.onView((view) => {
      if (view.leader === null) return;
      stop();
      done();
    });
  });
}
