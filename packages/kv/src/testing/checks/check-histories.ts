import {
  checkLinearizability,
  etcdKeyModel,
  formatVerdict,
} from "@quorate/core/testing/linearizability";
import type { ClientWorld } from "../clients/client-world.ts";

/** Whether one order of all requests explains what every client was told. */
export function checkHistories({ history, journal }: ClientWorld): void {
  const verdict = checkLinearizability(etcdKeyModel, history.operations);
  if (verdict.kind === "linearizable") return;
  journal.violated("linearizability", formatVerdict(etcdKeyModel, verdict));
}
