import type { Method, UnaryCall } from "../../grpc/index.ts";
import {
  checkRevision,
  checkTxn,
  executeTxn,
  hasPut,
  isReadOnly,
  isSerializable,
  planTxn,
  range,
  validateDeleteRange,
  validatePut,
  validateRange,
  validateTxn,
} from "../apply/index.ts";
import {
  decodeCompaction,
  decodeDeleteRange,
  decodePut,
  decodeRange,
  decodeTxn,
  writeOpResult,
  type TxnRequest,
} from "../codec/index.ts";
import { decodeOrFail, refused, respond, whenReadable, type EtcdMember } from "./etcd-member.ts";
import { propose } from "./propose.ts";

/** etcdserverpb.KV */
export function kvService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const unary = (
    name: string,
    handle: (member: EtcdMember, request: Uint8Array, call: UnaryCall) => void,
  ): readonly [string, Method] => [
    `/etcdserverpb.KV/${name}`,
    { kind: "unary", handle: (request, call) => handle(member, request, call) },
  ];
  return [
    unary("Range", handleRange),
    unary("Put", handlePut),
    unary("DeleteRange", handleDeleteRange),
    unary("Txn", handleTxn),
    unary("Compact", handleCompact),
  ];
}

function handleRange(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeRange, bytes, call);
  if (request === null || refused(call, validateRange(request))) return;
  if (refusedAsCorrupt(member, call)) return;
  whenReadable(member, request.serializable, call, () => {
    const { store, operations } = member.machine;
    if (refused(call, checkRevision(store, request.revision))) return;
    const revision = request.revision > 0 ? request.revision : store.revision;
    const result = range(store, request, revision);
    operations.count(result);
    respond(call, writeOpResult(member.begin(), result, revision));
  });
}

function handlePut(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodePut, bytes, call);
  if (request === null || refused(call, validatePut(request))) return;
  if (!member.quota.admitsPut(bytes.length)) return void refused(call, "noSpace");
  write(member, "put", bytes, call);
}

function handleDeleteRange(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeDeleteRange, bytes, call);
  if (request === null || refused(call, validateDeleteRange(request))) return;
  write(member, "deleteRange", bytes, call);
}

function handleTxn(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeTxn, bytes, call);
  if (request === null || refused(call, validateTxn(request, member.txnOpsMax))) return;
  if (isReadOnly(request)) return readTxn(member, request, call);
  if (hasPut(request) && !member.quota.admitsPut(bytes.length)) {
    return void refused(call, "noSpace");
  }
  write(member, "txn", bytes, call);
}

/** What is read from members that differ is worth nothing. */
function refusedAsCorrupt({ machine }: EtcdMember, call: UnaryCall): boolean {
  return refused(call, machine.alarms.has("corrupt") ? "corrupt" : null);
}

/** A transaction that only reads needs no place in the log. */
function readTxn(member: EtcdMember, request: TxnRequest, call: UnaryCall): void {
  if (refusedAsCorrupt(member, call)) return;
  whenReadable(member, isSerializable(request), call, () => {
    const { store, state, operations } = member.machine;
    const plan = planTxn(store, request);
    if (refused(call, checkTxn(state, plan))) return;
    const result = executeTxn(store, plan);
    operations.count(result);
    respond(call, writeOpResult(member.begin(), result, store.revision));
  });
}

/** A physical one is answered when this member has given the memory back, too. */
function handleCompact(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeCompaction, bytes, call);
  if (request === null) return;
  propose(member, "compact", bytes, call, (_, revision) => {
    const answer = (): void => respond(call, member.begin(revision));
    if (request.physical) member.sweeper.whenSwept(answer);
    else answer();
  });
}

/** Replicates the request's own bytes, and answers what applying it gave. */
function write(
  member: EtcdMember,
  kind: "put" | "deleteRange" | "txn",
  bytes: Uint8Array,
  call: UnaryCall,
): void {
  propose(member, kind, bytes, call, (result, revision) =>
    respond(call, writeOpResult(member.begin(revision), result, revision)),
  );
}
