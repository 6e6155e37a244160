import { join } from "node:path";
import type { EnsembleOptions } from "./real-ensemble.ts";

/** Where Java's ZooKeeper has its scripts; without it ours is tested. */
const SCRIPTS = process.env["QUORATE_ZOOKEEPER"];

/** Runs Java's ZooKeeper instead of ours where that is asked for: tests and judges must be right on it. */
export const ASKED_FOR: EnsembleOptions =
  SCRIPTS === undefined
    ? {}
    : {
        program: [join(SCRIPTS, "zkServer.sh"), "start-foreground"],
        settings: { "admin.enableServer": "false" },
      };
