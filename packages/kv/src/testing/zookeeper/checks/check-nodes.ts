import {
  checkLinearizability,
  formatVerdict,
  znodeModel,
} from "@quorate/core/testing/linearizability";
import type { ClientHistory } from "../../sessions/facts.ts";
import { znodeOperations } from "../../sessions/znode-operations.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import { withKnownOutcomes } from "./known-outcomes.ts";
import { REGISTERS } from "../occupations/use-registers.ts";

/** Whether one order of all writes, and of reads behind a sync, explains what every client was told. */
export function checkNodes(
  { journal, applied }: ZooKeeperClientWorld,
  histories: readonly ClientHistory[],
): void {
  const known = histories.map((history) => withKnownOutcomes(history, applied));
  const operations = znodeOperations(known, (path) => path.startsWith(`${REGISTERS}/`));
  const verdict = checkLinearizability(znodeModel, operations);
  if (verdict.kind === "linearizable") return;
  journal.violated("linearizability", formatVerdict(znodeModel, verdict));
}
