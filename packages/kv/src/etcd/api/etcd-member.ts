import type { NodeId, Prng, QuorateError, Runtime } from "@quorate/core";
import { toQuorateError } from "@quorate/core";
import { TXN_OPS_MAX, type EtcdResult, type EtcdStateMachine } from "../apply/index.ts";
import { HeaderWriter, ProtoWriter, WatchResponseWriter } from "../codec/index.ts";
import { STATUS, type Call, type UnaryCall } from "../../grpc/index.ts";
import type { RequestFailure, RequestService } from "../../service/request-service.ts";
import { SlicedWork } from "../../service/sliced-work.ts";
import { toEtcdFailure } from "../error-map.ts";
import { ETCD_FAILURES, type EtcdFailureName } from "../etcd-failure.ts";
import { WatchHub } from "../watch/index.ts";
import { ChangeNotices } from "./change-notices.ts";
import { compactionPlan, type AutoCompaction } from "./compaction-plan.ts";
import { Compactor } from "./compactor.ts";
import { LeaderGuard } from "./leader-guard.ts";
import { LeaseLeader } from "./lease-leader.ts";
import { LeaseRenewals } from "./lease-renewals.ts";
import { LeaseTime } from "./lease-time.ts";
import { Quota } from "./quota.ts";
import { Sweeper } from "./sweeper.ts";

/** What the services of one member share. */
export interface EtcdMemberOptions {
  readonly requests: RequestService<EtcdResult>;
  readonly machine: EtcdStateMachine;
  /** In hex, as everywhere but on the wire. */
  readonly cluster: string;
  readonly self: NodeId;
  readonly runtime: Pick<Runtime, "defer">;
  readonly electionMillis: number;
  /** For ids that clients leave to us, and to spread what is due. */
  readonly prng: Prng;
  /** Bytes that the keyspace may take; null: as much as there is. */
  readonly quotaBytes: number | null;
  /** Between two progress notifications to a watcher that hears nothing else. */
  readonly progressNotifyMillis?: number;
  /** Operations in one level of a transaction. */
  readonly txnOpsMax?: number;
  /** A larger request is refused. */
  readonly requestBytesMax?: number;
  /** How the keyspace is compacted while this member leads; by hand when left out. */
  readonly autoCompaction?: AutoCompaction;
}

/** As in etcd, all of them. */
const PROGRESS_NOTIFY_MILLIS = 10 * 60_000;
const REQUEST_BYTES_MAX: number = 1.5 * 1024 * 1024;

/** The member as its gRPC services see it: the group, the applied state, and how answers begin. */
export class EtcdMember {
  readonly requests: RequestService<EtcdResult>;
  readonly machine: EtcdStateMachine;
  /** In hex. */
  readonly cluster: string;
  readonly self: NodeId;
  /** What takes longer than a turn of the loop should. */
  readonly work: SlicedWork;
  readonly sweeper: Sweeper;
  readonly quota: Quota;
  readonly renewals: LeaseRenewals;
  readonly leaseTime: LeaseTime;
  readonly notices: ChangeNotices;
  readonly watches: WatchHub;
  readonly watchResponses: WatchResponseWriter;
  readonly leaderGuard: LeaderGuard;
  /** A lease must outlive an election, or every change of leader would end it. */
  readonly leaseSecondsMin: number;
  readonly txnOpsMax: number;
  readonly requestBytesMax: number;
  readonly #leaseLeader: LeaseLeader;
  readonly #compactor: Compactor | null;
  readonly #prng: Prng;
  readonly #header: HeaderWriter;
  readonly #response = new ProtoWriter(1024);

  constructor(options: EtcdMemberOptions) {
    const { requests, machine, cluster, self, runtime, electionMillis } = options;
    const { autoCompaction } = options;
    this.requests = requests;
    this.machine = machine;
    this.cluster = cluster;
    this.self = self;
    this.work = new SlicedWork(runtime);
    this.sweeper = new Sweeper(machine, this.work);
    this.quota = new Quota({ bytesMax: options.quotaBytes, self, machine, requests });
    this.renewals = new LeaseRenewals(requests);
    this.leaseTime = new LeaseTime(machine, () => requests.now());
    this.notices = new ChangeNotices(machine);
    this.leaseSecondsMin = Math.ceil((1.5 * electionMillis) / 1000);
    this.txnOpsMax = options.txnOpsMax ?? TXN_OPS_MAX;
    this.requestBytesMax = options.requestBytesMax ?? REQUEST_BYTES_MAX;
    this.#leaseLeader = new LeaseLeader(requests, machine);
    this.#compactor =
      autoCompaction === undefined
        ? null
        : new Compactor(compactionPlan(autoCompaction), requests, machine);
    this.#prng = options.prng;
    this.#header = new HeaderWriter(wireId(cluster), wireId(self));
    this.watches = new WatchHub({
      source: machine,
      progressNotifyMillis: options.progressNotifyMillis ?? PROGRESS_NOTIFY_MILLIS,
      prng: options.prng,
      limits: { fragmentBytes: this.requestBytesMax },
      wantWork: () => this.work.add(() => this.watches.advance()),
    });
    this.watchResponses = new WatchResponseWriter(this.#header);
    this.leaderGuard = new LeaderGuard(requests, electionMillis);
    machine.listen({
      applied: () => {
        this.leaseTime.observe();
        this.notices.applied();
        this.watches.publish();
      },
      replaced: () => {
        this.leaseTime.observe();
        this.notices.replaced();
        this.watches.publish();
      },
    });
  }

  /** 63 bits and not 0: clients take it for a signed number. */
  newLeaseId(): bigint {
    const high = BigInt(this.#prng.below(0x7fff_ffff));
    const low = BigInt(this.#prng.below(0xffff_ffff));
    return (high << 32n) | (low + 1n);
  }

  /** To be called twice a heartbeat: what does not happen at a request's or a command's bidding. */
  tick(): void {
    this.requests.tick();
    this.sweeper.tick();
    this.#leaseLeader.tick();
    this.#compactor?.tick();
    this.leaderGuard.tick();
    this.watches.tick(this.requests.now());
  }

  /** Drops what is under way: nobody waits for it any more. */
  stop(): void {
    this.requests.stop();
    this.work.stop();
  }

  /** A response that has its header. There is one at a time: it is sent before the next is begun. */
  begin(revision: number = this.machine.store.revision): ProtoWriter {
    return this.#header.write(this.#response.reset(), revision, this.requests.view().term);
  }
}

/** Answers with a response that {@link EtcdMember.begin} began, written to where it leaves from. */
export function respond(call: UnaryCall, response: ProtoWriter): void {
  call.respondWith(response.length, (into, offset) => response.copyTo(into, offset));
}

/** An id as the wire has it. */
export function wireId(id: NodeId): bigint {
  return BigInt(`0x${id}`);
}

/** Decodes a request; one that is none is answered as gRPC's own servers answer it. */
export function decodeOrFail<T>(
  decode: (bytes: Uint8Array) => T,
  bytes: Uint8Array,
  call: Call,
): T | null {
  try {
    return decode(bytes);
  } catch (thrown) {
    const error: QuorateError = toQuorateError(thrown);
    if (error.code !== "ERR_MALFORMED") throw error;
    call.fail(STATUS.internal, `grpc: error unmarshalling request: ${error.message}`);
    return null;
  }
}

/** Answers with the refusal; false when there is none. */
export function refused(call: Call, refusal: EtcdFailureName | null): boolean {
  if (refusal === null) return false;
  const { code, message } = ETCD_FAILURES[refusal];
  call.fail(code, message);
  return true;
}

export function failWith(call: Call, failure: RequestFailure): void {
  const { code, message } = toEtcdFailure(failure);
  call.fail(code, message);
}

/** Goes on at once, or when this member's state is fresh enough; answers the failure itself. */
export function whenReadable(
  member: EtcdMember,
  serializable: boolean,
  call: Call,
  go: () => void,
): void {
  if (serializable) return go();
  member.requests.readLinearizable((failure) => {
    if (failure === null) go();
    else failWith(call, failure);
  });
}
