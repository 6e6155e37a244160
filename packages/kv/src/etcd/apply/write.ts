import type { DeleteRangeRequest, PutRequest } from "../codec/requests.ts";
import type { OpResult } from "../codec/responses.ts";
import { keyRange, keyText } from "../store/key-order.ts";
import type { MvccStore } from "../store/mvcc-store.ts";
import type { EtcdState } from "./etcd-state.ts";
import type { RequestRefusal } from "./failure.ts";
import { toKeyValue } from "./range.ts";

/** What about a put depends on the state. Must pass before {@link put}. */
export function checkPut(state: EtcdState, request: PutRequest): RequestRefusal | null {
  return checkKey(request) ?? checkLease(state, request) ?? checkKept(state, request);
}

/** The same within a transaction, where etcd looks in another order. */
export function checkPutOp(state: EtcdState, request: PutRequest): RequestRefusal | null {
  return checkKey(request) ?? checkKept(state, request) ?? checkLease(state, request);
}

/** Whoever proposed it, it must have one: a snapshot ends where a change has no key. */
function checkKey({ key }: PutRequest): RequestRefusal | null {
  return key.length === 0 ? "emptyKey" : null;
}

function checkLease({ leases }: EtcdState, { lease }: PutRequest): RequestRefusal | null {
  return lease !== 0n && leases.get(lease) === undefined ? "leaseNotFound" : null;
}

/** Of what is not there nothing can be kept. */
function checkKept({ store }: EtcdState, request: PutRequest): RequestRefusal | null {
  if (!request.ignoreValue && !request.ignoreLease) return null;
  return store.get(keyText(request.key), store.revision) === null ? "keyNotFound" : null;
}

export function put(store: MvccStore, request: PutRequest): Extract<OpResult, { kind: "put" }> {
  const key = keyText(request.key);
  const needsBefore = request.prevKv || request.ignoreValue || request.ignoreLease;
  const before = needsBefore ? store.get(key, store.nextRevision) : null;
  const value = request.ignoreValue && before !== null ? before.value : request.value;
  const lease = request.ignoreLease && before !== null ? before.lease : request.lease;
  store.put(key, value, lease);
  return { kind: "put", prevKv: request.prevKv && before !== null ? toKeyValue(before) : null };
}

export function deleteRange(
  store: MvccStore,
  request: DeleteRangeRequest,
): Extract<OpResult, { kind: "deleteRange" }> {
  // Collected first: deleting changes what is being walked.
  const found = [...store.range(keyRange(request.key, request.rangeEnd), store.nextRevision)];
  for (const version of found) store.delete(version.key);
  const prevKvs = request.prevKv ? found.map((version) => toKeyValue(version)) : [];
  return { kind: "deleteRange", deleted: found.length, prevKvs };
}
