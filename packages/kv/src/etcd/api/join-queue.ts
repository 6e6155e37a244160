import { assert } from "@quorate/core";
import type { UnaryCall } from "../../grpc/index.ts";
import {
  compareBytes,
  encodeTxn,
  type Compare,
  type KeyValue,
  type LeaderKey,
  type QueueRequest,
  type RequestOp,
} from "../codec/index.ts";
import { encodeCommand } from "../apply/index.ts";
import { keyText } from "../store/index.ts";
import { failWith, refused, type EtcdMember } from "./etcd-member.ts";
import { grantLease } from "./lease-service.ts";
import { propose, type ResponseTo } from "./propose.ts";
import { hasTurn, isInPlace, keyInQueue, queueRange, waitForTurn } from "./turn-queue.ts";

/** What comes of standing in a queue. */
export interface QueueOutcome {
  readonly turn: (leader: LeaderKey) => void;
  readonly lost: () => void;
}

/** Who brings no lease of its own gets one for so long. */
const LEASE_SECONDS = 60;

const NOTHING = new Uint8Array(0);

/**
 * Puts a key into the queue of the name, or the new value if the lease has one there already, and
 * calls back when it has its turn. A call that waited and comes to nothing leaves the queue; so does a
 * client whose lease ends, which `lost` tells.
 */
export function joinQueue(
  member: EtcdMember,
  request: QueueRequest,
  call: UnaryCall,
  outcome: QueueOutcome,
): void {
  withLease(member, request, call, (ready) => enterQueue(member, ready, call, outcome));
}

/** Goes on with the request as it is, or with a new lease where the client has brought none. */
export function withLease<Request extends { readonly lease: bigint }>(
  member: EtcdMember,
  request: Request,
  call: UnaryCall,
  go: (request: Request) => void,
): void {
  if (request.lease !== 0n) return go(request);
  grantLease(member, { id: 0n, ttlSeconds: LEASE_SECONDS }, call, ({ id }) =>
    go({ ...request, lease: id }),
  );
}

function enterQueue(
  member: EtcdMember,
  { name, lease, value }: QueueRequest,
  call: UnaryCall,
  outcome: QueueOutcome,
): void {
  const key = keyInQueue(name, lease);
  const enter = encodeTxn({
    compare: [isCreatedAt(key, 0)],
    success: [putOp(key, value, lease)],
    failure: [getOp(key)],
  });
  if (!member.quota.admitsPut(enter.length)) return void refused(call, "noSpace");
  propose(member, "txn", enter, call, (result, revision) => {
    const found = foundKey(result);
    const leader = { name, key, revision: found?.create ?? revision, lease };
    const wait = (): void => waitOrLeave(member, leader, found !== null, call, outcome);
    if (found === null || compareBytes(found.value, value) === 0) return wait();
    propose(member, "txn", encodeProclamation(leader, value), call, ({ succeeded }) => {
      if (succeeded) wait();
      else outcome.lost();
    });
  });
}

function waitOrLeave(
  member: EtcdMember,
  leader: LeaderKey,
  wasThere: boolean,
  call: UnaryCall,
  outcome: QueueOutcome,
): void {
  const { store } = member.machine;
  const place = {
    queue: queueRange(leader.name),
    key: keyText(leader.key),
    create: leader.revision,
  };
  // The turn of an earlier call is not this one's to give up.
  const isHeld = wasThere && hasTurn(store, place);
  const leave = (): void => {
    if (!isHeld) leaveQueue(member, leader);
  };
  if (call.cancelled) return leave();
  const giveUp = waitForTurn(member, place, (how) => {
    if (how === "lost") return outcome.lost();
    // It had its turn when this was applied here: of a member that is cut off that may be long ago.
    member.requests.readLinearizable((failure) => {
      if (failure !== null) {
        leave();
        failWith(call, failure);
      } else if (isInPlace(member.machine.store, place)) outcome.turn(leader);
      else outcome.lost();
    });
  });
  call.onCancel(() => {
    giveUp();
    leave();
  });
}

/** What the lease had in the queue already; null: it was put there just now. */
function foundKey({ succeeded, responses }: ResponseTo<"txn">): KeyValue | null {
  if (succeeded) return null;
  const [found] = responses;
  assert(found?.kind === "range" && found.kvs[0] !== undefined, "a key that exists can be read");
  return found.kvs[0];
}

/** Nobody waits for the outcome: if it fails, the lease ends the place. */
function leaveQueue(member: EtcdMember, leader: LeaderKey): void {
  member.requests.propose(encodeCommand("txn", encodeResignation(leader)), () => {});
}

/** Deletes the key if it is still the one that was put then. */
export function encodeResignation({ key, revision }: LeaderKey): Uint8Array {
  return encodeTxn({
    compare: [isCreatedAt(key, revision)],
    success: [{ kind: "deleteRange", key, rangeEnd: NOTHING, prevKv: false }],
    failure: [],
  });
}

/** Puts another value there if the key is still the one that was put then. */
export function encodeProclamation(leader: LeaderKey, value: Uint8Array): Uint8Array {
  return encodeTxn({
    compare: [isCreatedAt(leader.key, leader.revision)],
    success: [putOp(leader.key, value, leader.lease)],
    failure: [],
  });
}

function isCreatedAt(key: Uint8Array, revision: number): Compare {
  const target = { kind: "create", number: revision } as const;
  return { key, rangeEnd: NOTHING, result: "equal", target };
}

function putOp(key: Uint8Array, value: Uint8Array, lease: bigint): RequestOp {
  const flags = { prevKv: false, ignoreValue: false, ignoreLease: false };
  return { kind: "put", key, value, lease, ...flags };
}

function getOp(key: Uint8Array): RequestOp {
  return {
    kind: "range",
    key,
    rangeEnd: NOTHING,
    limit: 0,
    revision: 0,
    sortOrder: "none",
    sortTarget: "key",
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}
