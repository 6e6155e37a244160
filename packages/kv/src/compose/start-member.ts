import { Prng } from "@quorate/core";
import { randomInt } from "node:crypto";
import { realClock } from "../client/clock.ts";
import { EtcdStateMachine } from "../etcd/apply/index.ts";
import { EtcdMetrics, walSyncHistogram } from "../etcd/metrics/index.ts";
import { announce } from "./announce.ts";
import { assembleEtcd, ETCD_GROUP } from "./assemble-etcd.ts";
import { Closing } from "./closing.ts";
import { clusterIdentity, idOf } from "./identity.ts";
import { parseListenUrl } from "./listen-url.ts";
import { LocalClients } from "./local-clients.ts";
import type { MemberOptions } from "./member-options.ts";
import { memberSettings, type MemberSettings } from "./member-settings.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { openGroup } from "./open-group.ts";
import type { RunningEtcdMember } from "./running-member.ts";
import { routeTo } from "../http/index.ts";
import { serveClients, watchedEndpoints, type ClientPort } from "./serve-clients.ts";
import { serveOperators } from "./serve-operators.ts";

/** What a data directory's identity comes from, for who has to look for the mistake. */
export const IDENTITY_FLAGS = "--data-dir, --name, --initial-cluster and --initial-cluster-token";

/** What the peer URLs come from. */
export const LISTEN_FLAG = "--listen-peer-urls";

/** How long open calls may go on when a member is closed. */
const GRACE_MILLIS = 500;

/**
 * Starts one member of an etcd cluster in this process: disk, peers, Raft, keyspace, client API.
 *
 * @throws `ERR_ADDRESS`, `ERR_CONFIGURATION` and the codes of `openDataDirectory`
 */
export function startMember(options: MemberOptions): Promise<RunningEtcdMember> {
  return Closing.guard((closing) => assemble(memberSettings(options), closing));
}

async function assemble(settings: MemberSettings, closing: Closing): Promise<RunningEtcdMember> {
  const { name, log } = settings;
  const identity = clusterIdentity(settings.initialCluster, settings.initialClusterToken);
  const { cluster } = identity;
  const self = idOf(identity, name);
  const machine = new EtcdStateMachine();
  const walSync = walSyncHistogram();
  const adapters = await openGroup(
    {
      group: ETCD_GROUP,
      dataDir: settings.dataDir,
      identity: { cluster, member: self, from: IDENTITY_FLAGS },
      machine,
      peering: settings.peering ?? null,
      listening: { urls: settings.listenPeerUrls, from: LISTEN_FLAG },
      onSync: (millis) => walSync.observe(millis / 1000),
      log,
    },
    closing,
  );
  const node = assembleEtcd({
    ...settings,
    identity,
    self,
    machine,
    adapters,
    runtime: nodeRuntime,
    prng: new Prng(randomInt(2 ** 47)),
  });
  closing.add(() => node.stop());
  const { transport, roundTrips } = adapters.peering;
  const metrics = new EtcdMetrics({
    member: node.member,
    services: node.services,
    timed: settings.metrics === "extensive",
    walSync,
    peers: {
      counts: () => transport.traffic(ETCD_GROUP),
      roundTrips: (peer) => roundTrips.of(ETCD_GROUP, peer),
    },
  });
  closing.add(() => metrics.stop());
  const { listenClientUrls, listenMetricsUrls } = settings;
  const clientAddresses = await listen(listenClientUrls, "--listen-client-urls", closing, (place) =>
    serveClients(place, node.services, node.member, metrics),
  );
  const metricsAddresses = await listen(
    listenMetricsUrls,
    "--listen-metrics-urls",
    closing,
    (place) => serveOperators(place, "metrics", routeTo(...watchedEndpoints(metrics))),
  );
  const { advertiseClientUrls = clientAddresses } = settings;
  closing.add(announce(node.member, { name, advertiseClientUrls }, nodeRuntime, log));
  const clients = new LocalClients(realClock);
  closing.add(() => clients.close());
  log.info({ member: self, cluster }, "the member runs");
  return {
    id: self,
    cluster,
    clientAddresses,
    metricsAddresses,
    status: () => node.status(),
    ready: () => node.ready(),
    client: () => clients.to(node.services),
    close: () => closing.run(),
  };
}

async function listen(
  urls: readonly string[],
  flag: string,
  closing: Closing,
  serve: (place: ReturnType<typeof parseListenUrl>) => Promise<ClientPort>,
): Promise<readonly string[]> {
  const addresses: string[] = [];
  for (const url of urls) {
    const port = await serve(parseListenUrl(url, flag));
    closing.add(() => port.close(GRACE_MILLIS));
    addresses.push(port.address);
  }
  return addresses;
}
