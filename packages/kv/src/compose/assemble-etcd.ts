import type { GroupView, NodeId, Prng, QuorateError } from "@quorate/core";
import { Raft, raftCodec, type RaftMessage } from "@quorate/raft";
import { EtcdMember, type EtcdMemberOptions } from "../etcd/api/etcd-member.ts";
import { etcdServices } from "../etcd/api/services.ts";
import type { EtcdResult, EtcdStateMachine } from "../etcd/apply/index.ts";
import type { Services } from "../grpc/index.ts";
import { requestTimeoutMillis, RequestService } from "../service/request-service.ts";
import { assembleGroup } from "./assemble-group.ts";
import type { GroupAdapters } from "./group-adapters.ts";
import { initialConfiguration, type ClusterIdentity } from "./identity.ts";
import type { MemberLog } from "./member-log.ts";
import type { MemberRuntime } from "./member-runtime.ts";
import type { MemberStatus } from "./running-member.ts";
import { tellLeader } from "./tell-leader.ts";
import { whenLed } from "./when-led.ts";

/** The etcd service's consensus group. */
export const ETCD_GROUP = "etcd";

/** What one member of an etcd cluster is made of, whatever it runs on. */
export interface EtcdParts extends Pick<
  EtcdMemberOptions,
  "quotaBytes" | "progressNotifyMillis" | "txnOpsMax" | "requestBytesMax" | "autoCompaction"
> {
  readonly identity: ClusterIdentity;
  readonly self: NodeId;
  /** As the adapters have restored it. */
  readonly machine: EtcdStateMachine;
  readonly adapters: GroupAdapters;
  readonly runtime: MemberRuntime;
  readonly prng: Prng;
  readonly heartbeatMillis: number;
  readonly electionMillis: number;
  readonly snapshotEntries: number;
  readonly log: MemberLog;
  readonly onFatal: (error: QuorateError) => void;
}

/** A member that takes part in its cluster; who may call its services is the caller's business. */
export interface EtcdNode {
  readonly member: EtcdMember;
  readonly services: Services;
  status(): MemberStatus;
  view(): GroupView;
  /** Resolves when a leader is known. */
  ready(): Promise<void>;
  /** Leaves the cluster; what is under way fails. */
  stop(): void;
}

/** Joins Raft, the keyspace and its services, and lets the member run. */
export function assembleEtcd(parts: EtcdParts): EtcdNode {
  const { identity, self, machine, runtime, heartbeatMillis, electionMillis, log } = parts;
  const { cluster, members } = identity;
  const driver = assembleGroup<RaftMessage, EtcdResult>({
    group: ETCD_GROUP,
    cluster,
    self,
    machine,
    createProtocol: (recovered) =>
      new Raft({
        self,
        configuration: initialConfiguration(identity),
        recovered,
        prng: parts.prng,
        electionMillis,
        heartbeatMillis,
      }),
    codec: raftCodec,
    adapters: parts.adapters,
    runtime,
    checkpointEntries: parts.snapshotEntries,
    limits: {
      leaderWaitMillis: requestTimeoutMillis(electionMillis),
      storageStallMillis: electionMillis,
    },
    log,
    onFatal: parts.onFatal,
    onAsk: () => {}, // the service asks nothing of other members yet
  });
  const requests = new RequestService<EtcdResult>({
    log: driver,
    now: () => runtime.now().monotonic,
    electionMillis,
  });
  const nameOf = (id: NodeId): string => members.find((member) => member.id === id)?.name ?? id;
  const stopTelling = tellLeader(driver, nameOf, log);
  const member = new EtcdMember({ ...parts, requests, cluster });
  driver.start();
  // Twice a heartbeat: time is noticed with half a heartbeat's delay at most.
  const stopTicking = runtime.every(heartbeatMillis / 2, () => {
    driver.tick();
    member.tick();
  });
  return {
    member,
    services: etcdServices(member),
    status: () => {
      const { role, leader, term } = driver.view();
      return { id: self, cluster, role, leader, term };
    },
    view: () => driver.view(),
    ready: () => whenLed(driver),
    stop: () => {
      stopTicking();
      driver.stop();
      member.stop();
      stopTelling();
    },
  };
}
