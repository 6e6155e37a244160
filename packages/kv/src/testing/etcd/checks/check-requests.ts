import {
  checkLinearizability,
  etcdKeyModel,
  formatVerdict,
  groupByObject,
  type EtcdModel,
  type EtcdRequest,
} from "@quorate/core/testing/linearizability";
import type { ClientWorld } from "../clients/client-world.ts";
import { RANGE } from "../clients/use-ranges.ts";

/** Each register by itself, and together the keys that clients use together. */
const MODEL: EtcdModel = {
  ...etcdKeyModel,
  parts: (history) => groupByObject(history, partOf),
};

/** Whether one order of all requests explains what every client was told. */
export function checkRequests({ history, journal }: ClientWorld): void {
  const verdict = checkLinearizability(MODEL, history.operations);
  if (verdict.kind === "linearizable") return;
  journal.violated("linearizability", formatVerdict(MODEL, verdict));
}

function partOf(request: EtcdRequest): string {
  const key = firstKeyOf(request);
  return key.startsWith(RANGE.key) ? RANGE.key : key;
}

function firstKeyOf(request: EtcdRequest): string {
  if (request.kind !== "txn") return request.key;
  return request.compare[0]?.key ?? request.success[0]?.key ?? "";
}
