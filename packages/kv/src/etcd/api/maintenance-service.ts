import { isVoter } from "@quorate/core";
import type { Method, UnaryCall } from "../../grpc/index.ts";
import type { Alarm } from "../alarm/alarms.ts";
import { checkRevision, listAlarms } from "../apply/index.ts";
import {
  decodeAlarm,
  decodeDowngrade,
  decodeHashKv,
  decodeMoveLeader,
  decodeNothing,
  writeAlarmMember,
  type ProtoWriter,
} from "../codec/index.ts";
import { ETCD_FAILURES } from "../etcd-failure.ts";
import { KvHash } from "../store/index.ts";
import { SERVER_VERSION } from "../version.ts";
import {
  decodeOrFail,
  failWith,
  refused,
  respond,
  wireId,
  type EtcdMember,
} from "./etcd-member.ts";
import { propose } from "./propose.ts";
import { snapshotMethod } from "./snapshot-method.ts";

/** etcdserverpb.Maintenance */
export function maintenanceService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const unary = (
    name: string,
    handle: (request: Uint8Array, call: UnaryCall) => void,
  ): readonly [string, Method] => [`/etcdserverpb.Maintenance/${name}`, { kind: "unary", handle }];
  const bare = (name: string, handle: (call: UnaryCall) => void): readonly [string, Method] =>
    unary(name, (bytes, call) => {
      if (decodeOrFail(decodeNothing, bytes, call) !== null) handle(call);
    });
  return [
    bare("Status", (call) => respond(call, status(member))),
    unary("HashKV", (bytes, call) => handleHashKv(member, bytes, call)),
    bare("Hash", (call) =>
      hash(member, member.machine.store.revision, call, (value) =>
        respond(call, member.begin().int64(2, value)),
      ),
    ),
    unary("Alarm", (bytes, call) => handleAlarm(member, bytes, call)),
    bare("Defragment", (call) => member.sweeper.whenSwept(() => respond(call, member.begin()))),
    unary("MoveLeader", (bytes, call) => handleMoveLeader(member, bytes, call)),
    unary("Downgrade", (bytes, call) => handleDowngrade(bytes, call)),
    ["/etcdserverpb.Maintenance/Snapshot", snapshotMethod(member)],
  ];
}

/** All of it is this member's own knowledge: that is what one asks a single endpoint for. */
function status(member: EtcdMember): ProtoWriter {
  const { machine, requests, self } = member;
  const { leader, commit, term, applied, configurations } = requests.view();
  const { bytes } = machine;
  const writer = member.begin().string(2, SERVER_VERSION).int64(3, bytes);
  writer.uint64(4, leader === null ? 0n : wireId(leader)).int64(5, commit);
  writer.int64(6, term).int64(7, applied);
  if (leader === null) writer.string(8, ETCD_FAILURES.noLeader.message);
  for (const alarm of machine.alarms) writer.string(8, alarmText(alarm));
  return writer.int64(9, bytes).bool(10, !isVoter(configurations.latest, self));
}

/** Listing them asks this member alone, as etcd does; an action of no known kind does nothing. */
function handleAlarm(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeAlarm, bytes, call);
  if (request === null) return;
  const answer = (alarms: Iterable<Alarm>, revision?: number): void => {
    const response = member.begin(revision);
    for (const alarm of alarms) writeAlarmMember(response, 2, alarm);
    respond(call, response);
  };
  if (request.action === "get") return answer(listAlarms(member.machine.alarms, request));
  propose(member, "alarm", bytes, call, ({ alarms }, revision) => answer(alarms, revision));
}

function handleMoveLeader(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const target = decodeOrFail(decodeMoveLeader, bytes, call);
  if (target === null) return;
  member.requests.transfer(target, (failure) => {
    if (failure === null) respond(call, member.begin());
    else failWith(call, failure);
  });
}

/** As etcd takes a version: `3.5`, or all of it. */
const VERSION = /^\d+\.\d+(?:\.\d+(?:[-+].+)?)?$/;

/** There is no version before this one: nothing can be enabled, and so nothing cancelled. */
function handleDowngrade(bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeDowngrade, bytes, call);
  if (request === null) return;
  if (request.action === "cancel") return void refused(call, "noDowngrade");
  const isVersion = VERSION.test(request.version);
  refused(call, isVersion ? "invalidDowngradeTarget" : "invalidDowngradeVersion");
}

/** As etcd prints the message. */
function alarmText({ member, kind }: Alarm): string {
  return `memberID:${wireId(member)} alarm:${kind === "noSpace" ? "NOSPACE" : "CORRUPT"} `;
}

function handleHashKv(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const asked = decodeOrFail(decodeHashKv, bytes, call);
  const { store } = member.machine;
  if (asked === null || refused(call, checkRevision(store, asked))) return;
  const revision = asked > 0 ? asked : store.revision;
  // Before the first compaction etcd says -1.
  const compacted = store.compacted > 0 ? store.compacted : -1;
  hash(member, revision, call, (value) => {
    const response = member.begin().int64(2, value);
    respond(call, response.int64(3, compacted).int64(4, revision));
  });
}

/** How much is hashed in one turn of the loop: some tenths of a millisecond. */
const HASH_SLICE_BYTES = 128 * 1024;

/** Hashes the keyspace as it is now, while it goes on changing. */
function hash(
  member: EtcdMember,
  revision: number,
  call: UnaryCall,
  done: (value: number) => void,
): void {
  if (member.work.isFull) {
    const { code, message } = ETCD_FAILURES.tooManyRequests;
    return call.fail(code, message);
  }
  const fold = new KvHash(member.machine.store.pin(), revision);
  member.work.add(() => {
    if (call.cancelled) return false;
    const hasMore = fold.advance(HASH_SLICE_BYTES);
    if (!hasMore) done(fold.value);
    return hasMore;
  });
}
