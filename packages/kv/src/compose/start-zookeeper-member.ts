import { Prng } from "@quorate/core";
import { randomBytes, randomInt } from "node:crypto";
import { ZooKeeperStateMachine } from "../zookeeper/apply/index.ts";
import { PASSWORD_BYTES } from "../zookeeper/codec/index.ts";
import {
  Listener,
  SERVER_LIMITS,
  type Door,
  type ListenAddress,
} from "../zookeeper/server/index.ts";
import { EnsembleStats } from "../zookeeper/metrics/index.ts";
import { TlsHandshakes } from "../zookeeper/tls/index.ts";
import { assembleZooKeeper, ZOOKEEPER_GROUP } from "./assemble-zookeeper.ts";
import { Closing } from "./closing.ts";
import { refuseJavaElections } from "./election-port.ts";
import { ensembleIdentity } from "./ensemble-identity.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { openGroup } from "./open-group.ts";
import type { RunningZooKeeperMember } from "./running-member.ts";
import { serveZooKeeperOperators } from "./serve-zookeeper-operators.ts";
import type { ZooKeeperMemberOptions } from "./zookeeper-member-options.ts";
import {
  zooKeeperMemberSettings,
  type ZooKeeperMemberSettings,
} from "./zookeeper-member-settings.ts";

/** What a data directory's identity comes from, for who has to look for the mistake. */
const IDENTITY_SETTINGS = "dataDir, myid and the server lines of zoo.cfg";

/** What the peer URLs come from. */
export const LISTEN_SETTING = "the server line in zoo.cfg";

/** A server alone leads within some tens of ms, unless its disk keeps it: operators must reach it then. */
const LEADS_WITHIN_MILLIS = 1_000;

/**
 * Starts one server of a ZooKeeper ensemble in this process: disk, peers, ZAB, tree, client protocol.
 *
 * @throws `ERR_ADDRESS`, `ERR_CONFIGURATION` and the codes of `openDataDirectory`
 */
export function startZooKeeperMember(
  options: ZooKeeperMemberOptions,
): Promise<RunningZooKeeperMember> {
  return Closing.guard((closing) => assemble(zooKeeperMemberSettings(options), closing));
}

async function assemble(
  options: ZooKeeperMemberSettings,
  closing: Closing,
): Promise<RunningZooKeeperMember> {
  const { sid, configuration, client, log } = options;
  const secure = secureDoor(options, closing);
  const cluster = ensembleIdentity(configuration);
  const machine = new ZooKeeperStateMachine();
  const ensembleStats = new EnsembleStats(nodeRuntime.now().monotonic);
  const adapters = await openGroup(
    {
      group: ZOOKEEPER_GROUP,
      dataDir: options.dataDir,
      identity: { cluster, member: sid, from: IDENTITY_SETTINGS },
      machine,
      onSync: (millis) => ensembleStats.syncs.observe(millis),
      peering: options.peering ?? null,
      listening: { urls: options.listenPeerUrls, from: LISTEN_SETTING },
      log,
    },
    closing,
  );
  if (options.electionAddress !== null) {
    closing.add(await refuseJavaElections(options.electionAddress, log));
  }
  let listener: Listener | null = null;
  // Behind the node's end: that is what ends the connections, which this waits for.
  closing.add(() => listener?.close());
  const node = assembleZooKeeper({
    ...options,
    machine,
    adapters,
    ensembleStats,
    runtime: nodeRuntime,
    prng: new Prng(randomInt(2 ** 47)),
    service: options,
    clientPort: () => listener?.portOf(client) ?? null,
    secureClientPort: () => listener?.portOf(secure) ?? null,
    newPassword: () => randomBytes(PASSWORD_BYTES),
  });
  closing.add(() => node.stop());
  // Who finds the port open expects a server that runs alone to serve at once.
  if (configuration.members.length === 1) await within(LEADS_WITHIN_MILLIS, node.ready());
  const doors = [client, secure].filter((door) => door !== null);
  listener = await Listener.open(doors, {
    limits: {
      connectionsPerAddress: options.maxClientConnections,
      connectionsMax:
        options.maxConnections === 0 ? SERVER_LIMITS.connectionsMax : options.maxConnections,
    },
    report: log,
    accept: (stream, proved) => node.server.accept(stream, proved),
    rejected: () => node.server.rejected(),
  });
  const operators = await serveZooKeeperOperators(options, () => node.server.facts(), closing);
  log.info({ member: sid, cluster }, "the member runs");
  return {
    id: sid,
    cluster,
    clientAddresses: listener.addresses.map(addressText),
    ...operators,
    status: () => node.status(),
    ready: () => node.ready(),
    close: () => closing.run(),
  };
}

/** Waits for it, but no longer than that. */
async function within(millis: number, event: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => (timer = setTimeout(done, millis)));
  await Promise.race([event, late]);
  clearTimeout(timer);
}

/** The files are read before anything is written: whoever named wrong ones hears of it at once. */
function secureDoor(
  { secureClient, log: report }: ZooKeeperMemberSettings,
  closing: Closing,
): Door | null {
  if (secureClient === null) return null;
  const { host, port, tls, superUser } = secureClient;
  const handshakes = new TlsHandshakes({ tls, superUser, report });
  closing.add(() => handshakes.close());
  return { host, port, handshakes };
}

function addressText({ host, port }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
