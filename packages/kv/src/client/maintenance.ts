import {
  decodeAlarmResponse,
  decodeHashKvResponse,
  decodeHeaderAlone,
  decodeMemberListResponse,
  decodeSnapshotResponse,
  decodeStatusResponse,
  encodeAlarm,
  encodeHashKv,
  encodeMemberList,
  encodeMoveLeader,
  type AlarmKind,
  type AlarmMember,
  type HashKvResponse,
  type MemberListResponse,
  type SnapshotResponse,
  type StatusResponse,
} from "../etcd/codec/index.ts";
import type { CallOptions, ClientMethod, Rpc } from "./rpc.ts";
import { serverStream } from "./server-stream.ts";

const NOTHING = new Uint8Array(0);

const STATUS = maintenance("Status", true, decodeStatusResponse);
const HASH_KV = maintenance("HashKV", true, decodeHashKvResponse);
const ALARM = maintenance("Alarm", true, decodeAlarmResponse);
const DEFRAGMENT = maintenance("Defragment", true, decodeHeaderAlone);
const MOVE_LEADER = maintenance("MoveLeader", false, decodeHeaderAlone);
const MEMBER_LIST: ClientMethod<MemberListResponse> = {
  path: "/etcdserverpb.Cluster/MemberList",
  repeatable: true,
  decode: decodeMemberListResponse,
};
const SNAPSHOT = "/etcdserverpb.Maintenance/Snapshot";

/**
 * What operators ask of a cluster. `status`, `hashKv`, `defragment` and `snapshot` are about the member
 * that answers: give the client one endpoint to choose it.
 */
export class Maintenance {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  status(options: CallOptions = {}): Promise<StatusResponse> {
    return this.#rpc.call(STATUS, NOTHING, options);
  }

  /** The members; by default as a quorum knows them, else as the one that answers does. */
  memberList(
    options: CallOptions & { readonly linearizable?: boolean } = {},
  ): Promise<MemberListResponse> {
    return this.#rpc.call(MEMBER_LIST, encodeMemberList(options.linearizable ?? true), options);
  }

  /** A hash of the member's keys and their history; equal members have equal ones at one revision. */
  hashKv(options: CallOptions & { readonly revision?: number } = {}): Promise<HashKvResponse> {
    return this.#rpc.call(HASH_KV, encodeHashKv(options.revision ?? 0), options);
  }

  /** The alarms that are raised. */
  alarms(options: CallOptions = {}): Promise<readonly AlarmMember[]> {
    const request = encodeAlarm({ action: "get", member: "0", alarm: null });
    return this.#rpc.call(ALARM, request, options);
  }

  /** Takes back an alarm, or all of them; answers those that were. */
  disarm(
    { memberId, alarm }: { readonly memberId: bigint; readonly alarm: AlarmKind | null },
    options: CallOptions = {},
  ): Promise<readonly AlarmMember[]> {
    const request = encodeAlarm({ action: "deactivate", member: memberId.toString(16), alarm });
    return this.#rpc.call(ALARM, request, options);
  }

  /** Gives unused space back; an etcd member does nothing else meanwhile. */
  async defragment(options: CallOptions = {}): Promise<void> {
    await this.#rpc.call(DEFRAGMENT, NOTHING, options);
  }

  /** Asks the leader, which must be the member that answers, to let another one lead. */
  async moveLeader(target: bigint, options: CallOptions = {}): Promise<void> {
    await this.#rpc.call(MOVE_LEADER, encodeMoveLeader(target), options);
  }

  /** All of the member's data, in pieces, each with how much follows it. */
  snapshot(
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<SnapshotResponse> {
    return serverStream(this.#rpc, SNAPSHOT, NOTHING, decodeSnapshotResponse, options.signal);
  }
}

function maintenance<Answer>(
  name: string,
  repeatable: boolean,
  decode: (bytes: Uint8Array) => Answer,
): ClientMethod<Answer> {
  return { path: `/etcdserverpb.Maintenance/${name}`, repeatable, decode };
}
