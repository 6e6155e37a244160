import { STATUS, type Method, type UnaryCall } from "../../grpc/index.ts";
import {
  checkRevision,
  checkTxn,
  encodeCommand,
  executeTxn,
  isReadOnly,
  isSerializable,
  planTxn,
  range,
  validateDeleteRange,
  validatePut,
  validateRange,
  validateTxn,
  type Command,
  type EtcdResult,
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
import { ETCD_FAILURES } from "../etcd-failure.ts";
import {
  decodeOrFail,
  failWith,
  refused,
  respond,
  whenReadable,
  type EtcdMember,
} from "./etcd-member.ts";

/** A larger request is refused, as with etcd's `--max-request-bytes`. */
export const REQUEST_BYTES_MAX: number = 1.5 * 1024 * 1024;

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
  whenReadable(member, request.serializable, call, () => {
    const { store } = member.machine;
    if (refused(call, checkRevision(store, request.revision))) return;
    const revision = request.revision > 0 ? request.revision : store.revision;
    const result = range(store, request, revision);
    respond(call, writeOpResult(member.begin(), result, revision));
  });
}

function handlePut(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodePut, bytes, call);
  if (request === null || refused(call, validatePut(request))) return;
  propose(member, "put", bytes, call);
}

function handleDeleteRange(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeDeleteRange, bytes, call);
  if (request === null || refused(call, validateDeleteRange(request))) return;
  propose(member, "deleteRange", bytes, call);
}

function handleTxn(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeTxn, bytes, call);
  if (request === null || refused(call, validateTxn(request))) return;
  if (isReadOnly(request)) readTxn(member, request, call);
  else propose(member, "txn", bytes, call);
}

/** A transaction that only reads needs no place in the log. */
function readTxn(member: EtcdMember, request: TxnRequest, call: UnaryCall): void {
  whenReadable(member, isSerializable(request), call, () => {
    const { store } = member.machine;
    const plan = planTxn(store, request);
    if (refused(call, checkTxn(store, plan))) return;
    const result = executeTxn(store, plan);
    respond(call, writeOpResult(member.begin(), result, store.revision));
  });
}

/** A physical one is answered when this member has given the memory back, too. */
function handleCompact(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeCompaction, bytes, call);
  if (request === null) return;
  propose(member, "compact", bytes, call, (result) => {
    const answer = (): void => respond(call, member.begin(result.revision));
    if (request.physical) member.sweeper.whenSwept(answer);
    else answer();
  });
}

/** Answers a write with what applying it gave. */
function answerWrite(member: EtcdMember, call: UnaryCall, result: Applied): void {
  const { response, revision } = result;
  const writer = member.begin(revision);
  const hasBody = response.kind !== "compact" && response.kind !== "memberAttributes";
  respond(call, hasBody ? writeOpResult(writer, response, revision) : writer);
}

type Applied = Extract<EtcdResult, { kind: "done" }>;

/** Replicates the request's own bytes. */
function propose(
  member: EtcdMember,
  kind: Command["kind"],
  bytes: Uint8Array,
  call: UnaryCall,
  answer: (result: Applied) => void = (result) => answerWrite(member, call, result),
): void {
  if (bytes.length > REQUEST_BYTES_MAX) {
    const { code, message } = ETCD_FAILURES.requestTooLarge;
    return call.fail(code, message);
  }
  member.requests.propose(encodeCommand(kind, bytes), (outcome) => {
    if (outcome.kind !== "done") return failWith(call, outcome);
    const { result } = outcome;
    if (result.kind === "malformed") return call.fail(STATUS.internal, result.why);
    if (result.kind === "refused") return void refused(call, result.refusal);
    answer(result);
  });
}
