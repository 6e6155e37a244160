import { majorityOf, Prng, QuorateError, type NodeId } from "@quorate/core";
import { Raft, raftCodec, type RaftMessage } from "@quorate/raft";
import { randomInt } from "node:crypto";
import { EtcdStateMachine, type EtcdResult } from "../etcd/apply/index.ts";
import { EtcdMember } from "../etcd/api/etcd-member.ts";
import { httpEndpoints } from "../etcd/api/http-endpoints.ts";
import { etcdServices } from "../etcd/api/services.ts";
import { toEtcdFailure } from "../etcd/error-map.ts";
import { startGrpcServer, type GrpcServer } from "../grpc/index.ts";
import { requestTimeoutMillis, RequestService } from "../service/request-service.ts";
import { announce } from "./announce.ts";
import { assembleGroup } from "./assemble-group.ts";
import { Closing } from "./closing.ts";
import { clusterIdentity, type ClusterIdentity } from "./identity.ts";
import { parseListenUrl } from "./listen-url.ts";
import type { MemberOptions } from "./member-options.ts";
import { nodeRuntime } from "./node-runtime.ts";
import type { RunningMember } from "./running-member.ts";
import { tellLeader } from "./tell-leader.ts";
import { whenLed } from "./when-led.ts";

/** The etcd service's consensus group. */
const GROUP = "etcd";

/** What a data directory's identity comes from, for who has to look for the mistake. */
const IDENTITY_FLAGS = "--data-dir, --name, --initial-cluster and --initial-cluster-token";

/** What the peer URLs come from. */
export const LISTEN_FLAG = "--listen-peer-urls";

/**
 * Starts one member of an etcd cluster in this process: disk, peers, Raft, keyspace, client API.
 *
 * @throws `ERR_ADDRESS`, `ERR_CONFIGURATION` and the codes of `openDataDirectory`
 */
export function startMember(options: MemberOptions): Promise<RunningMember> {
  return Closing.guard((closing) => assemble(options, closing));
}

async function assemble(options: MemberOptions, closing: Closing): Promise<RunningMember> {
  const { log } = options;
  const identity = clusterIdentity(options.initialCluster, options.initialClusterToken);
  const self = ownId(identity, options.name);
  const machine = new EtcdStateMachine();
  const driver = await assembleGroup<RaftMessage, EtcdResult>(
    {
      group: GROUP,
      cluster: identity.cluster,
      self,
      dataDir: options.dataDir,
      identity: { cluster: identity.cluster, member: self, from: IDENTITY_FLAGS },
      machine,
      createProtocol: (recovered) =>
        new Raft({
          self,
          configuration: majorityOf(
            identity.members.map(({ id, peerUrls }) => ({ id, addresses: peerUrls })),
          ),
          recovered,
          prng: new Prng(randomInt(2 ** 47)),
          electionMillis: options.electionMillis,
          heartbeatMillis: options.heartbeatMillis,
        }),
      codec: raftCodec,
      peering: options.peering ?? null,
      listening: { urls: options.listenPeerUrls, from: LISTEN_FLAG },
      checkpointEntries: options.snapshotEntries,
      limits: {
        leaderWaitMillis: requestTimeoutMillis(options.electionMillis),
        storageStallMillis: options.electionMillis,
      },
      log,
      onFatal: options.onFatal,
      onAsk: () => {}, // the service asks nothing of other members yet
    },
    closing,
  );
  const requests = new RequestService<EtcdResult>({
    log: driver,
    now: () => nodeRuntime.now().monotonic,
    electionMillis: options.electionMillis,
  });
  const nameOf = (id: NodeId): string =>
    identity.members.find((member) => member.id === id)?.name ?? id;
  closing.add(tellLeader(driver, nameOf, log));
  const { cluster } = identity;
  const member = new EtcdMember({ requests, machine, cluster, self, runtime: nodeRuntime });
  driver.start();
  // Twice a heartbeat: time is noticed with half a heartbeat's delay at most.
  const tick = setInterval(() => {
    driver.tick();
    member.tick();
  }, options.heartbeatMillis / 2);
  closing.add(() => {
    clearInterval(tick);
    driver.stop();
    member.stop();
  });
  const servers = await listenForClients(options, member, closing);
  const stopAnnouncing = announce(member, options, log);
  closing.add(stopAnnouncing);
  log.info({ member: self, cluster }, "the member runs");
  return {
    id: self,
    cluster,
    clientAddresses: servers,
    status: () => {
      const { role, leader, term } = driver.view();
      return { id: self, cluster, role, leader, term };
    },
    ready: () => whenLed(driver),
    close: () => closing.run(),
  };
}

async function listenForClients(
  options: MemberOptions,
  member: EtcdMember,
  closing: Closing,
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
    closing.add(() => server.close(500));
    addresses.push(`http://${host.includes(":") ? `[${host}]` : host}:${server.port}`);
  }
  return addresses;
}

function ownId(identity: ClusterIdentity, name: string): NodeId {
  const own = identity.members.find((member) => member.name === name);
  if (own !== undefined) return own.id;
  throw new QuorateError("ERR_CONFIGURATION", `the initial cluster names no member "${name}"`);
}
