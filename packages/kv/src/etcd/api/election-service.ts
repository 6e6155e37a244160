import { STATUS, type Method, type StreamCall, type UnaryCall } from "../../grpc/index.ts";
import { toKeyValue } from "../apply/index.ts";
import {
  decodeCampaign,
  decodeFirstBytes,
  decodeLeaderRequest,
  writeKeyValueFields,
  type LeaderKey,
  type ProtoWriter,
} from "../codec/index.ts";
import type { Version } from "../store/index.ts";
import { decodeOrFail, refused, respond, whenReadable, type EtcdMember } from "./etcd-member.ts";
import { encodeProclamation, encodeResignation, joinQueue, withLease } from "./join-queue.ts";
import { propose } from "./propose.ts";
import { firstInQueue, queueRange } from "./turn-queue.ts";

/** v3electionpb.Election */
export function electionService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const unary = (
    name: string,
    handle: (member: EtcdMember, request: Uint8Array, call: UnaryCall) => void,
  ): readonly [string, Method] => [
    `/v3electionpb.Election/${name}`,
    { kind: "unary", handle: (request, call) => handle(member, request, call) },
  ];
  return [
    unary("Campaign", handleCampaign),
    unary("Proclaim", handleProclaim),
    unary("Resign", handleResign),
    unary("Leader", handleLeader),
    [
      "/v3electionpb.Election/Observe",
      { kind: "stream", handle: (call) => handleObserve(member, call) },
    ],
  ];
}

/** Answers when the caller is elected: until then the call stays open. */
function handleCampaign(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeCampaign, bytes, call);
  if (request === null) return;
  joinQueue(member, request, call, {
    turn: (leader) => respond(call, writeLeaderKey(member.begin(), leader)),
    lost: () => call.fail(STATUS.unknown, "election: session is expired"),
  });
}

function handleProclaim(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeLeaderRequest, bytes, call);
  if (request === null) return;
  const { leader, value } = request;
  if (leader === null) return failAsLeaderless(call);
  withLease(member, leader, call, (ready) => {
    const proclamation = encodeProclamation(ready, value);
    if (!member.quota.admitsPut(proclamation.length)) return void refused(call, "noSpace");
    propose(member, "txn", proclamation, call, ({ succeeded }, revision) => {
      if (succeeded) respond(call, member.begin(revision));
      else call.fail(STATUS.unknown, "election: not leader");
    });
  });
}

/** Whoever does not lead any more has resigned already. */
function handleResign(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeLeaderRequest, bytes, call);
  if (request === null) return;
  const { leader } = request;
  if (leader === null) return failAsLeaderless(call);
  if (refused(call, leader.key.length === 0 ? "emptyKey" : null)) return;
  propose(member, "txn", encodeResignation(leader), call, (_, revision) =>
    respond(call, member.begin(revision)),
  );
}

function failAsLeaderless(call: UnaryCall): void {
  call.fail(STATUS.unknown, '"leader" field must be provided');
}

function handleLeader(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const name = decodeOrFail(decodeFirstBytes, bytes, call);
  if (name === null) return;
  whenReadable(member, false, call, () => {
    const leader = firstInQueue(member.machine.store, queueRange(name));
    if (leader === null) return call.fail(STATUS.unknown, "election: no leader");
    respond(call, writeLeader(member.begin(), leader));
  });
}

/** Tells who leads and what it proclaims, and again whenever that has changed; never an older state. */
function handleObserve(member: EtcdMember, call: StreamCall): void {
  let stop = (): void => {};
  call.onCancel(() => stop());
  // The client has asked its one question and goes on listening.
  call.onHalfClose(() => {});
  call.onMessage((bytes) => {
    const name = decodeOrFail(decodeFirstBytes, bytes, call);
    if (name === null) return;
    whenReadable(member, false, call, () => {
      stop();
      if (!call.cancelled) stop = observe(member, name, call);
    });
  });
}

function observe(member: EtcdMember, name: Uint8Array, call: StreamCall): () => void {
  const queue = queueRange(name);
  let told = 0;
  let isSlow = false;
  const look = (): void => {
    const leader = firstInQueue(member.machine.store, queue);
    if (leader === null || leader.mod === told || isSlow) return;
    told = leader.mod;
    isSlow = !call.send(writeLeader(member.begin(), leader).finish().slice());
  };
  call.onDrain(() => {
    isSlow = false;
    look();
  });
  look();
  return member.notices.onRange(queue, look);
}

function writeLeader(writer: ProtoWriter, leader: Version): ProtoWriter {
  const start = writer.open(2);
  writeKeyValueFields(writer, toKeyValue(leader));
  return writer.close(start);
}

function writeLeaderKey(
  writer: ProtoWriter,
  { name, key, revision, lease }: LeaderKey,
): ProtoWriter {
  const start = writer.open(2);
  writer.bytes(1, name).bytes(2, key).int64(3, revision).uint64(4, lease);
  return writer.close(start);
}
