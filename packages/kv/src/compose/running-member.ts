import type { NodeId, Term } from "@quorate/core";
import type { EtcdClient } from "../client/etcd-client.ts";

/** How a member stands now. */
export interface MemberStatus {
  readonly id: NodeId;
  readonly cluster: string;
  readonly role: string;
  readonly leader: NodeId | null;
  readonly term: Term;
}

/** A member that runs in this process. */
export interface RunningMember {
  readonly id: NodeId;
  readonly cluster: string;
  /** Where clients reach it: the addresses listened on, with their real ports. */
  readonly clientAddresses: readonly string[];
  status(): MemberStatus;
  /** Resolves when a leader is known. */
  ready(): Promise<void>;
  /** Lets open calls end for a moment, then closes everything and gives the directory free. */
  close(): Promise<void>;
}

/** A member of an etcd cluster that runs in this process. */
export interface RunningEtcdMember extends RunningMember {
  /** Where `/metrics` is served apart from clients, with the real ports. */
  readonly metricsAddresses: readonly string[];
  /** A client of this very member, without sockets. It ends with the member. */
  client(): EtcdClient;
}

/** A server of a ZooKeeper ensemble that runs in this process. */
export interface RunningZooKeeperMember extends RunningMember {
  /** Where the AdminServer is, as a URL with the real port; null where there is none. */
  readonly adminAddress: string | null;
  /** The same of Prometheus' metrics. */
  readonly metricsAddress: string | null;
}
