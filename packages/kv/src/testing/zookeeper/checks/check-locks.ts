import {
  checkLinearizability,
  formatVerdict,
  lockModel,
} from "@quorate/core/testing/linearizability";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import { GUARDED } from "../occupations/use-locks.ts";
import { hex } from "../truth/applied-zxids.ts";

/** Whether locks were held by one at a time, and guarded registers written with ascending tokens. */
export function checkLocks({ locks, applied, journal, cluster }: ZooKeeperClientWorld): void {
  const history = locks.operations((id) => {
    const session = applied.sessions.find(id);
    if (session === null) return 0;
    const drift = 2 * session.timeoutMillis * cluster.settings.driftMax;
    return Math.min(session.promisedUntil - drift, session.end?.at ?? Infinity);
  });
  const verdict = checkLinearizability(lockModel, history);
  if (verdict.kind !== "linearizable") journal.violated("locks", formatVerdict(lockModel, verdict));
  for (const path of applied.tree.paths) {
    if (!path.startsWith(`${GUARDED}/`)) continue;
    let newest = 0;
    for (const { zxid, node } of applied.tree.versionsOf(path)) {
      const token = Number(node?.value);
      if (token < newest) {
        const what = `${path} had token ${hex(newest)}, and ${hex(token)} was put at ${hex(zxid)}`;
        journal.violated("fencing", what);
      }
      newest = token;
    }
  }
}
