import {
  checkLinearizability,
  formatVerdict,
  lockModel,
} from "@quorate/core/testing/linearizability";
import type { ClientWorld } from "../clients/client-world.ts";
import { GUARDED } from "../clients/guarded-write.ts";
import { driftMillis } from "./check-leases.ts";

/** Whether locks were held by one at a time, and guarded registers written with ascending tokens. */
export function checkLocks({ locks, applied, journal, cluster }: ClientWorld): void {
  const history = locks.operations((id) => {
    const lease = applied.leases.get(id);
    return lease.promisedUntil - driftMillis(lease, cluster.settings);
  });
  const verdict = checkLinearizability(lockModel, history);
  if (verdict.kind !== "linearizable") journal.violated("locks", formatVerdict(lockModel, verdict));
  const { keyspace } = applied;
  const newest = new Map<string, number>();
  for (let revision = 2; revision <= keyspace.revision; revision++) {
    for (const { key, value } of keyspace.changesAt(revision)) {
      if (!key.startsWith(GUARDED)) continue;
      const before = newest.get(key) ?? 0;
      if (Number(value) < before) {
        journal.violated(
          "fencing",
          `${key} had token ${before}, and revision ${revision} put ${value}`,
        );
      }
      newest.set(key, Number(value));
    }
  }
}
