import { isVoter } from "@quorate/core";
import { STATUS, type Method, type UnaryCall } from "../../grpc/index.ts";
import { checkRevision } from "../apply/index.ts";
import { decodeAlarmAction, decodeHashKv, type ProtoWriter } from "../codec/index.ts";
import { ETCD_FAILURES } from "../etcd-failure.ts";
import { KvHash } from "../store/index.ts";
import { SERVER_VERSION } from "../version.ts";
import { decodeOrFail, refused, respond, wireId, type EtcdMember } from "./etcd-member.ts";

/** etcdserverpb.Maintenance, as far as it only looks. */
export function maintenanceService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const unary = (
    name: string,
    handle: (request: Uint8Array, call: UnaryCall) => void,
  ): readonly [string, Method] => [`/etcdserverpb.Maintenance/${name}`, { kind: "unary", handle }];
  return [
    unary("Status", (_, call) => respond(call, status(member))),
    unary("HashKV", (bytes, call) => handleHashKv(member, bytes, call)),
    unary("Hash", (_, call) =>
      hash(member, member.machine.store.revision, call, (value) =>
        respond(call, member.begin().int64(2, value)),
      ),
    ),
    unary("Alarm", (bytes, call) => {
      const action = decodeOrFail(decodeAlarmAction, bytes, call);
      if (action === 0) respond(call, member.begin()); // there are none to list
      else if (action !== null) call.fail(STATUS.unimplemented, "alarms are not implemented yet");
    }),
  ];
}

/** All of it is this member's own knowledge: that is what one asks a single endpoint for. */
function status(member: EtcdMember): ProtoWriter {
  const { machine, requests, self } = member;
  const { leader, commit, term, applied, configurations } = requests.view();
  const { bytes } = machine.store;
  const writer = member.begin().string(2, SERVER_VERSION).int64(3, bytes);
  writer.uint64(4, leader === null ? 0n : wireId(leader)).int64(5, commit);
  writer.int64(6, term).int64(7, applied);
  if (leader === null) writer.string(8, ETCD_FAILURES.noLeader.message);
  return writer.int64(9, bytes).bool(10, !isVoter(configurations.latest, self));
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
