import type { Method, StreamCall, UnaryCall } from "../../grpc/index.ts";
import {
  decodeLeaseGrant,
  decodeLeaseId,
  decodeLeaseTimeToLive,
  decodeNothing,
  encodeLeaseGrant,
  type LeaseGrantRequest,
  type ProtoWriter,
} from "../codec/index.ts";
import { TTL_SECONDS_MAX, type LeaseId } from "../lease/index.ts";
import { keyBytes } from "../store/index.ts";
import {
  decodeOrFail,
  failWith,
  refused,
  respond,
  whenReadable,
  type EtcdMember,
} from "./etcd-member.ts";
import { propose } from "./propose.ts";

/** etcdserverpb.Lease */
export function leaseService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const unary = (
    name: string,
    handle: (member: EtcdMember, request: Uint8Array, call: UnaryCall) => void,
  ): readonly [string, Method] => [
    `/etcdserverpb.Lease/${name}`,
    { kind: "unary", handle: (request, call) => handle(member, request, call) },
  ];
  const keepAlive: Method = { kind: "stream", handle: (call) => handleKeepAlive(member, call) };
  return [
    unary("LeaseGrant", handleGrant),
    unary("LeaseRevoke", handleRevoke),
    unary("LeaseTimeToLive", handleTimeToLive),
    unary("LeaseLeases", handleLeases),
    ["/etcdserverpb.Lease/LeaseKeepAlive", keepAlive],
  ];
}

function handleGrant(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeLeaseGrant, bytes, call);
  if (request === null) return;
  grantLease(member, request, call, ({ id, ttlSeconds }, revision) =>
    respond(call, member.begin(revision).uint64(2, id).int64(3, ttlSeconds)),
  );
}

/** A lease as it was granted. */
export type GrantedLease = Pick<LeaseGrantRequest, "id" | "ttlSeconds">;

/**
 * Grants a lease: under an id of our choice when the client has none, and for no less than an election
 * takes. `granted` runs when it is there; failures are answered here.
 */
export function grantLease(
  member: EtcdMember,
  request: GrantedLease,
  call: UnaryCall,
  granted: (lease: GrantedLease, revision: number) => void,
): void {
  if (request.ttlSeconds > TTL_SECONDS_MAX) return void refused(call, "leaseTtlTooLarge");
  const lease = {
    id: request.id === 0n ? member.newLeaseId() : request.id,
    ttlSeconds: Math.max(request.ttlSeconds, member.leaseSecondsMin),
  };
  if (!member.quota.admitsLease()) return void refused(call, "noSpace");
  propose(member, "leaseGrant", encodeLeaseGrant(lease), call, granted);
}

function handleRevoke(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  if (decodeOrFail(decodeLeaseId, bytes, call) === null) return;
  propose(member, "leaseRevoke", bytes, call, (_, revision) =>
    respond(call, member.begin(revision)),
  );
}

/** Keep-alives of one stream that wait for their answers: a client that sends more is not sane. */
const KEEP_ALIVES_MAX = 16_384;

/** Each answer names its lease: answers to one stream need not come in the order of its requests. */
function handleKeepAlive(member: EtcdMember, call: StreamCall): void {
  let waiting = 0;
  let halfClosed = false;
  call.onMessage((bytes) => {
    const id = decodeOrFail(decodeLeaseId, bytes, call);
    if (id === null) return;
    if (++waiting > KEEP_ALIVES_MAX) return void refused(call, "tooManyRequests");
    member.renewals.renew(id, (outcome) => {
      waiting--;
      if (typeof outcome !== "number") return failWith(call, outcome);
      call.send(keepAliveResponse(member, id, outcome).finish().slice());
      if (halfClosed && waiting === 0) call.end();
    });
  });
  call.onHalfClose(() => {
    halfClosed = true;
    if (waiting === 0) call.end();
  });
}

/** A lease that is not there has no time; that is no error. */
function keepAliveResponse(member: EtcdMember, id: LeaseId, ttlSeconds: number): ProtoWriter {
  return member.begin().uint64(2, id).int64(3, ttlSeconds);
}

function handleTimeToLive(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeLeaseTimeToLive, bytes, call);
  if (request === null) return;
  whenReadable(member, false, call, () => {
    const { leases, store } = member.machine;
    const lease = leases.get(request.id);
    const response = member.begin().uint64(2, request.id);
    if (lease === undefined) return respond(call, response.int64(3, -1));
    response.int64(3, Math.floor(member.leaseTime.left(lease) / 1000)).int64(4, lease.ttlSeconds);
    if (request.keys) {
      for (const key of store.keysOf(lease.id)) response.bytes(5, keyBytes(key));
    }
    respond(call, response);
  });
}

/** Those that end first come first. */
function handleLeases(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  if (decodeOrFail(decodeNothing, bytes, call) === null) return;
  whenReadable(member, false, call, () => {
    const leases = [...member.machine.leases].map((lease) => ({
      id: lease.id,
      left: member.leaseTime.left(lease),
    }));
    leases.sort((a, b) => a.left - b.left);
    const response = member.begin();
    for (const { id } of leases) {
      const item = response.open(2);
      response.uint64(1, id).close(item);
    }
    respond(call, response);
  });
}
