import { compareBytes } from "../codec/compare-bytes.ts";
import type { Compare, RangeRequest, RequestOp, TxnRequest } from "../codec/requests.ts";
import type { OpResult } from "../codec/responses.ts";
import { keyRange } from "../store/key-order.ts";
import type { MvccStore } from "../store/mvcc-store.ts";
import type { Version } from "../store/version.ts";
import type { EtcdState } from "./etcd-state.ts";
import type { RequestRefusal } from "./failure.ts";
import { checkRevision, range } from "./range.ts";
import { checkPutOp, deleteRange, put } from "./write.ts";

/** A transaction with every comparison decided: what is going to be executed. */
export interface TxnPlan {
  readonly succeeded: boolean;
  readonly ops: readonly PlannedOp[];
}

type PlannedOp =
  | { readonly kind: "op"; readonly op: SimpleOp }
  | { readonly kind: "txn"; readonly plan: TxnPlan };

/**
 * Decides all comparisons, nested ones too, on the state before the transaction, as etcd does: which
 * operations run, and so what must be checked, is known before the first of them changes anything.
 */
export function planTxn(store: MvccStore, request: TxnRequest): TxnPlan {
  const succeeded = request.compare.every((compare) => holds(store, compare));
  const branch = succeeded ? request.success : request.failure;
  const ops = branch
    .filter((op) => op !== null)
    .map((op): PlannedOp =>
      op.kind === "txn" ? { kind: "txn", plan: planTxn(store, op) } : { kind: "op", op },
    );
  return { succeeded, ops };
}

/**
 * Everything that could fail, checked before the first write: nothing is ever half applied. In etcd's
 * order, which decides what a client is told: all puts, then all ranges.
 */
export function checkTxn(state: EtcdState, plan: TxnPlan): RequestRefusal | null {
  const puts = firstRefusal(plan, (op) => (op.kind === "put" ? checkPutOp(state, op) : null));
  if (puts !== null) return puts;
  return firstRefusal(plan, (op) => (op.kind === "range" ? checkRangeOp(state, op) : null));
}

type SimpleOp = Exclude<RequestOp, TxnRequest>;

function firstRefusal(
  plan: TxnPlan,
  check: (op: SimpleOp) => RequestRefusal | null,
): RequestRefusal | null {
  for (const planned of plan.ops) {
    const refusal = planned.kind === "txn" ? firstRefusal(planned.plan, check) : check(planned.op);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** A revision below 0 is now, but not within a transaction: there etcd misses it in the history. */
function checkRangeOp({ store }: EtcdState, { revision }: RangeRequest): RequestRefusal | null {
  const first = store.compacted > 0 ? store.compacted : -1;
  return revision < 0 && revision < first ? "compacted" : checkRevision(store, revision);
}

/** Runs the operations in order; each sees what those before it did. */
export function executeTxn(store: MvccStore, plan: TxnPlan): Extract<OpResult, { kind: "txn" }> {
  const responses = plan.ops.map((planned): OpResult => {
    if (planned.kind === "txn") return executeTxn(store, planned.plan);
    const { op } = planned;
    if (op.kind === "put") return put(store, op);
    if (op.kind === "deleteRange") return deleteRange(store, op);
    return range(store, op, op.revision > 0 ? op.revision : store.nextRevision);
  });
  return { kind: "txn", succeeded: plan.succeeded, responses };
}

/** Whether the transaction cannot change anything, whatever its comparisons say. */
export function isReadOnly(request: TxnRequest): boolean {
  return [...request.success, ...request.failure].every(
    (op) => op === null || op.kind === "range" || (op.kind === "txn" && isReadOnly(op)),
  );
}

/**
 * Whether it reads, and every range in it is content with this member's own state. Comparisons alone
 * never are: that is how clients ask whether they still hold a lock.
 */
export function isSerializable(request: TxnRequest): boolean {
  const ranges = rangesIn(request);
  return ranges.length > 0 && ranges.every(({ serializable }) => serializable);
}

function rangesIn({ success, failure }: TxnRequest): RangeRequest[] {
  return [...success, ...failure].flatMap((op) => {
    if (op?.kind === "txn") return rangesIn(op);
    return op?.kind === "range" ? [op] : [];
  });
}

/**
 * Of a range all keys must satisfy. What is not there, a key or a whole range, has zeros, and no
 * value: that is how the real etcd decides it.
 */
function holds(store: MvccStore, compare: Compare): boolean {
  let any = false;
  for (const version of store.range(keyRange(compare.key, compare.rangeEnd), store.revision)) {
    any = true;
    if (!satisfies(compare, version)) return false;
  }
  if (any) return true;
  return compare.target?.kind !== "value" && satisfies(compare, null);
}

function satisfies({ result, target }: Compare, version: Version | null): boolean {
  const order = compareWith(target, version);
  switch (result) {
    case "equal":
      return order === 0;
    case "notEqual":
      return order !== 0;
    case "greater":
      return order > 0;
    case "less":
      return order < 0;
    case null:
      return true; // etcd lets a comparison of no known kind pass
  }
}

function compareWith(target: Compare["target"], version: Version | null): number {
  switch (target?.kind) {
    case undefined:
      return 0; // etcd takes what it does not know to compare for equal
    case "value":
      return version === null ? 0 : compareBytes(version.value, target.value);
    case "lease": {
      const lease = version?.lease ?? 0n;
      return lease < target.lease ? -1 : lease > target.lease ? 1 : 0;
    }
    case "version":
      return (version?.count ?? 0) - target.number;
    case "create":
      return (version?.create ?? 0) - target.number;
    case "mod":
      return (version?.mod ?? 0) - target.number;
  }
}
