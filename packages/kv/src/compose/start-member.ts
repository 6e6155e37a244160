import {
  Driver,
  majorityOf,
  Prng,
  QuorateError,
  restoreLatest,
  toQuorateError,
  type NodeId,
  type Term,
} from "@quorate/core";
import { Raft, raftCodec, type RaftMessage } from "@quorate/raft";
import { openDataDirectory, type DataDirectory, type GroupStorage } from "@quorate/storage-fs";
import { startTcpTransport, type TcpTransport } from "@quorate/transport-tcp";
import { randomInt } from "node:crypto";
import { EtcdStateMachine, type EtcdResult } from "../etcd/apply/index.ts";
import { EtcdMember } from "../etcd/api/etcd-member.ts";
import { httpEndpoints } from "../etcd/api/http-endpoints.ts";
import { etcdServices } from "../etcd/api/services.ts";
import { toEtcdFailure } from "../etcd/error-map.ts";
import { startGrpcServer, type GrpcServer } from "../grpc/index.ts";
import { requestTimeoutMillis, RequestService } from "../service/request-service.ts";
import { announce } from "./announce.ts";
import { parseListenUrl } from "./listen-url.ts";
import { clusterIdentity, type ClusterIdentity } from "./identity.ts";
import type { MemberOptions } from "./member-options.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { remedyFor } from "./remedy.ts";

/** The etcd service's consensus group. */
const GROUP = "etcd";

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

/**
 * Starts one member of an etcd cluster in this process: disk, peers, Raft, keyspace, client API.
 *
 * @throws `ERR_ADDRESS`, `ERR_CONFIGURATION` and the codes of `openDataDirectory`
 */
export async function startMember(options: MemberOptions): Promise<RunningMember> {
  const identity = clusterIdentity(options.initialCluster, options.initialClusterToken);
  const self = ownId(identity, options.name);
  const directory = await openDataDirectory({
    path: options.dataDir,
    identity: { cluster: identity.cluster, member: self },
    groups: [GROUP],
  });
  const closing: (() => Promise<void>)[] = [() => directory.close()];
  try {
    return await assemble(options, identity, self, directory, closing);
  } catch (error) {
    await closeInTurn(closing);
    throw error;
  }
}

/** Adds to `closing` what is to be undone, in the order in which it was made. */
async function assemble(
  options: MemberOptions,
  identity: ClusterIdentity,
  self: NodeId,
  directory: DataDirectory,
  closing: (() => Promise<void>)[],
): Promise<RunningMember> {
  const { log } = options;
  const storage = storageOf(directory);
  if (storage.repaired !== null) {
    log.warn(
      { ...storage.repaired },
      "dropped a torn write at the end of the log: it was never acknowledged",
    );
  }
  const machine = new EtcdStateMachine();
  await restore(storage, machine);
  // Milliseconds since 1970: greater than in every earlier life, and small enough for the wire.
  const incarnation = Date.now();
  const transport = await startTcpTransport({
    listen: options.listenPeerUrls,
    incarnation,
    random: Math.random,
    log,
  });
  closing.push(() => transport.close());
  const driver = drive({ options, identity, self, storage, machine, transport, incarnation });
  const requests = new RequestService<EtcdResult>({
    log: driver,
    now: () => nodeRuntime.now().monotonic,
    electionMillis: options.electionMillis,
  });
  driver.start();
  // Twice a heartbeat: time is noticed with half a heartbeat's delay at most.
  const tick = setInterval(() => {
    driver.tick();
    requests.tick();
  }, options.heartbeatMillis / 2);
  closing.push(async () => {
    clearInterval(tick);
    driver.stop();
    requests.stop();
  });
  const member = new EtcdMember({ requests, machine, cluster: identity.cluster, self });
  const servers = await listenForClients(options, member, closing);
  const stopAnnouncing = announce(member, options, log);
  closing.push(async () => stopAnnouncing());
  log.info({ member: self, cluster: identity.cluster }, "the member runs");
  return {
    id: self,
    cluster: identity.cluster,
    clientAddresses: servers,
    status: () => {
      const { role, leader, term } = driver.view();
      return { id: self, cluster: identity.cluster, role, leader, term };
    },
    ready: () => whenLed(driver),
    close: () => closeInTurn(closing),
  };
}

interface DriveOptions {
  readonly options: MemberOptions;
  readonly identity: ClusterIdentity;
  readonly self: NodeId;
  readonly storage: GroupStorage;
  readonly machine: EtcdStateMachine;
  readonly transport: TcpTransport;
  readonly incarnation: number;
}

function drive(parts: DriveOptions): Driver<RaftMessage, EtcdResult> {
  const { options, identity, self, storage, machine, transport, incarnation } = parts;
  const { log } = options;
  const members = identity.members.map(({ id, peerUrls }) => ({ id, addresses: peerUrls }));
  const raft = new Raft({
    self,
    configuration: majorityOf(members),
    recovered: storage.recovered,
    prng: new Prng(randomInt(2 ** 47)),
    electionMillis: options.electionMillis,
    heartbeatMillis: options.heartbeatMillis,
  });
  return new Driver({
    group: { group: GROUP, cluster: identity.cluster, self },
    protocol: raft,
    codec: raftCodec,
    log: storage.log,
    snapshots: storage.snapshots,
    transport,
    stateMachine: machine,
    runtime: nodeRuntime,
    applied: storage.recovered.snapshot?.position.index ?? 0,
    checkpointEntries: options.snapshotEntries,
    incarnation,
    limits: {
      leaderWaitMillis: requestTimeoutMillis(options.electionMillis),
      storageStallMillis: options.electionMillis,
    },
    onFatal: (error) => {
      log.error({ code: error.code, remedy: remedyFor(error.code) }, error.message);
      options.onFatal(error);
    },
    onTrace: ({ name, facts }) => log.info({ ...facts }, name),
    onAsk: () => {}, // the service asks nothing of other members yet
  });
}

async function listenForClients(
  options: MemberOptions,
  member: EtcdMember,
  closing: (() => Promise<void>)[],
): Promise<readonly string[]> {
  const services = etcdServices(member);
  const addresses: string[] = [];
  for (const url of options.listenClientUrls) {
    const { host, port } = parseListenUrl(url, "--listen-client-urls");
    const server: GrpcServer = await startGrpcServer({
      host,
      port,
      services,
      http1: httpEndpoints({
        hasLeader: () => member.requests.view().leader !== null,
        readLinearizable: (done) =>
          member.requests.readLinearizable((failure) =>
            done(failure === null ? null : toEtcdFailure(failure).message),
          ),
      }),
    });
    closing.push(() => server.close(500));
    addresses.push(`http://${host.includes(":") ? `[${host}]` : host}:${server.port}`);
  }
  return addresses;
}

function restore(storage: GroupStorage, stateMachine: EtcdStateMachine): Promise<void> {
  const { snapshots } = storage;
  return new Promise((done, fail) => {
    restoreLatest({ snapshots, stateMachine, chunkBytes: 1024 * 1024 }, (outcome) =>
      outcome === null ? done() : fail(outcome),
    );
  });
}

function whenLed(driver: Driver<RaftMessage, EtcdResult>): Promise<void> {
  return new Promise((done) => {
    if (driver.view().leader !== null) return done();
    const stop = driver.onView((view) => {
      if (view.leader === null) return;
      stop();
      done();
    });
  });
}

function ownId(identity: ClusterIdentity, name: string): NodeId {
  const own = identity.members.find((member) => member.name === name);
  if (own !== undefined) return own.id;
  throw new QuorateError("ERR_CONFIGURATION", `the initial cluster names no member "${name}"`);
}

function storageOf(directory: DataDirectory): GroupStorage {
  const storage = directory.groups.get(GROUP);
  if (storage !== undefined) return storage;
  throw new QuorateError("ERR_INVARIANT", `the data directory was opened without ${GROUP}`);
}

/** The last thing made is the first to go; one that fails does not keep the others. */
async function closeInTurn(closing: (() => Promise<void>)[]): Promise<void> {
  let failure: QuorateError | null = null;
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) {
    await close().catch((thrown: unknown) => {
      failure ??= toQuorateError(thrown);
    });
  }
  if (failure !== null) throw failure;
}
