import type { PutRequest, RangeRequest, RequestOp, TxnRequest } from "../codec/requests.ts";
import { isInRange, keyRange, keyText, type KeyRange, type KeyText } from "../store/key-order.ts";
import type { RequestRefusal } from "./failure.ts";

/** Operations or comparisons in one level of a transaction, as `--max-txn-ops` of etcd. */
export const TXN_OPS_MAX = 128;

/** Operations in all levels together: looking for duplicates takes the square of it. */
const TXN_TREE_OPS_MAX = 4096;

/** What is wrong with a request in itself, in the order in which etcd looks. */
export function validateRange(request: RangeRequest): RequestRefusal | null {
  if (request.key.length === 0) return "emptyKey";
  return request.sortOrder === null || request.sortTarget === null ? "invalidSortOption" : null;
}

export function validatePut(request: PutRequest): RequestRefusal | null {
  if (request.key.length === 0) return "emptyKey";
  if (request.ignoreValue && request.value.length > 0) return "valueProvided";
  return request.ignoreLease && request.lease !== 0n ? "leaseProvided" : null;
}

export function validateDeleteRange(request: { readonly key: Uint8Array }): RequestRefusal | null {
  return request.key.length === 0 ? "emptyKey" : null;
}

/** @param opsMax - what a level takes of it is no longer there for those nested in it */
export function validateTxn(
  request: TxnRequest,
  opsMax: number = TXN_OPS_MAX,
): RequestRefusal | null {
  if (countOps(request) > Math.max(opsMax, TXN_TREE_OPS_MAX)) return "tooManyOps";
  return validateOps(request, opsMax) ?? checkDuplicates(request);
}

function countOps({ success, failure }: TxnRequest): number {
  let count = success.length + failure.length;
  for (const op of [...success, ...failure]) if (op?.kind === "txn") count += countOps(op);
  return count;
}

function validateOps(request: TxnRequest, opsMax: number): RequestRefusal | null {
  const { compare, success, failure } = request;
  const taken = Math.max(compare.length, success.length, failure.length);
  if (taken > opsMax) return "tooManyOps";
  if (compare.some(({ key }) => key.length === 0)) return "emptyKey";
  for (const op of [...success, ...failure]) {
    const refusal = validateOp(op, opsMax - taken);
    if (refusal !== null) return refusal;
  }
  return null;
}

function validateOp(op: RequestOp | null, opsMax: number): RequestRefusal | null {
  switch (op?.kind) {
    case "range":
      return validateRange(op);
    case "put":
      return validatePut(op);
    case "deleteRange":
      return validateDeleteRange(op);
    case "txn":
      return validateOps(op, opsMax);
    case undefined:
      return "keyNotFound"; // etcd's answer to an operation of no known kind
  }
}

/** What a branch writes. */
interface Writes {
  readonly puts: Set<KeyText>;
  readonly deletes: KeyRange[];
}

function checkDuplicates({ success, failure }: TxnRequest): RequestRefusal | null {
  return collect(success) === null || collect(failure) === null ? "duplicateKey" : null;
}

/**
 * The keys that a branch puts and the ranges it deletes, or null when a key is put twice or put and
 * deleted. The two branches of a nested transaction exclude each other: they may put the same key.
 */
function collect(ops: readonly (RequestOp | null)[]): Writes | null {
  const puts = new Set<KeyText>();
  const deletes: KeyRange[] = [];
  for (const op of ops) if (op?.kind === "deleteRange") deletes.push(keyRange(op.key, op.rangeEnd));
  for (const op of ops) {
    if (op?.kind !== "txn") continue;
    const branches = [collect(op.success), collect(op.failure)];
    const own = new Set<KeyText>();
    for (const branch of branches) {
      if (branch === null || meets(branch, puts, deletes)) return null;
      for (const key of branch.puts) own.add(key);
    }
    for (const key of own) puts.add(key);
    for (const branch of branches) deletes.push(...(branch?.deletes ?? []));
  }
  for (const op of ops) {
    if (op?.kind !== "put") continue;
    const key = keyText(op.key);
    if (puts.has(key) || deletes.some((range) => isInRange(key, range))) return null;
    puts.add(key);
  }
  return { puts, deletes };
}

function meets(branch: Writes, puts: ReadonlySet<KeyText>, deletes: readonly KeyRange[]): boolean {
  for (const key of branch.puts) {
    if (puts.has(key) || deletes.some((range) => isInRange(key, range))) return true;
  }
  return branch.deletes.some((range) => [...puts].some((key) => isInRange(key, range)));
}
