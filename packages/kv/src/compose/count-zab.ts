import type { Trace } from "@quorate/core";
import type { EnsembleStats } from "../zookeeper/metrics/index.ts";

/** Counts what ZAB tells of elections, and of the learners that it brings up to date. */
export function countZab(stats: EnsembleStats, now: () => number): (trace: Trace) => void {
  return ({ name, facts }) => {
    switch (name) {
      case "looking":
        return stats.looking(now());
      case "elected":
        return stats.elected(now());
      case "synchronizing":
        if (facts["mode"] === "SNAP") stats.snapshots++;
        else stats.diffs++;
    }
  };
}
