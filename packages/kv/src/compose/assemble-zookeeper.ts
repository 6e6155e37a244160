import type { Driver, GroupView, NodeId, Prng, QuorateError } from "@quorate/core";
import { Zab, zabCodec, zabTimes, type ZabLimits, type ZabMessage } from "@quorate/zab";
import type { ZooKeeperResult, ZooKeeperStateMachine } from "../zookeeper/apply/index.ts";
import { EnsembleStats } from "../zookeeper/metrics/index.ts";
import { ZooKeeperServer } from "../zookeeper/server/index.ts";
import { assembleGroup } from "./assemble-group.ts";
import { countProposals } from "./count-proposals.ts";
import { countSnapshots } from "./count-snapshots.ts";
import { countZab } from "./count-zab.ts";
import { ensembleIdentity } from "./ensemble-identity.ts";
import type { GroupAdapters } from "./group-adapters.ts";
import type { MemberLog } from "./member-log.ts";
import type { MemberRuntime } from "./member-runtime.ts";
import type { MemberStatus } from "./running-member.ts";
import { tellLeader } from "./tell-leader.ts";
import { whenLed } from "./when-led.ts";
import type { ZooKeeperMemberSettings } from "./zookeeper-member-settings.ts";
import type { ZooKeeperServiceOptions } from "./zookeeper-service-options.ts";

/** The ZooKeeper service's consensus group. */
export const ZOOKEEPER_GROUP = "zookeeper";

/** Elections wait some 200 ms here and there: time is noticed well within that. */
const DRIVER_TICK_MILLIS = 50;

/** What one server of a ZooKeeper ensemble is made of, whatever it runs on. */
export interface ZooKeeperParts extends Pick<
  ZooKeeperMemberSettings,
  | "configuration"
  | "tickMillis"
  | "initLimit"
  | "syncLimit"
  | "minSessionMillis"
  | "maxSessionMillis"
  | "snapshotEntries"
  | "membership"
> {
  readonly sid: NodeId;
  /** As the adapters have restored it. */
  readonly machine: ZooKeeperStateMachine;
  readonly adapters: GroupAdapters;
  readonly runtime: MemberRuntime;
  readonly prng: Prng;
  /** ZAB's own bounds; its defaults where they are left out. */
  readonly protocolLimits?: Partial<ZabLimits>;
  /** How clients are served; where they are listened for is the caller's business. */
  readonly service: ZooKeeperServiceOptions;
  /** Counted in, and told to who asks; its own when left out. */
  readonly ensembleStats?: EnsembleStats;
  /** Told to clients that ask. */
  readonly dataDir: string;
  /** Told to clients that ask; null where no port is listened on. */
  readonly clientPort: () => number | null;
  /** The same of the port for clients that speak TLS. */
  readonly secureClientPort: () => number | null;
  /** Makes the secrets of sessions: 16 bytes. */
  readonly newPassword: () => Uint8Array;
  readonly log: MemberLog;
  readonly onFatal: (error: QuorateError) => void;
}

/** A server that takes part in its ensemble; whoever lets clients in gives them to `server`. */
export interface ZooKeeperNode {
  readonly server: ZooKeeperServer;
  status(): MemberStatus;
  view(): GroupView;
  /** Resolves when a leader is known. */
  ready(): Promise<void>;
  /** Leaves the ensemble; clients' connections are closed. */
  stop(): void;
}

/** Joins ZAB, the tree and the client protocol, and lets the server run. */
export function assembleZooKeeper(parts: ZooKeeperParts): ZooKeeperNode {
  const { sid, configuration, machine, runtime, tickMillis, service, log } = parts;
  const cluster = ensembleIdentity(configuration);
  const { initLimit, syncLimit } = parts;
  const times = zabTimes(tickMillis, initLimit, syncLimit);
  const now = (): number => runtime.now().monotonic;
  const wallNow = (): number => runtime.now().wall;
  const { ensembleStats = new EnsembleStats(now()) } = parts;
  const counting = { machine, stats: ensembleStats, now, wallNow };
  const counted = countSnapshots(parts.adapters.snapshots, counting);
  const driver: Driver<ZabMessage, ZooKeeperResult> = assembleGroup({
    group: ZOOKEEPER_GROUP,
    cluster,
    self: sid,
    machine: countProposals(counted.machine, ensembleStats, () => driver.view().isLeader),
    createProtocol: (recovered) =>
      new Zab({
        self: sid,
        configuration,
        recovered,
        prng: parts.prng,
        times,
        limits: parts.protocolLimits ?? {},
      }),
    codec: zabCodec,
    adapters: { ...parts.adapters, snapshots: counted.snapshots },
    runtime,
    checkpointEntries: parts.snapshotEntries,
    limits: { storageStallMillis: times.syncMillis },
    log,
    onTrace: countZab(ensembleStats, now),
    onFatal: parts.onFatal,
    // Nobody asks before the driver runs, by when there is a server.
    onAsk: (_from, question, answer) => answer(server.onAsk(question)),
  });
  const server = new ZooKeeperServer({
    sid: Number(sid),
    log: driver,
    machine,
    tickMillis,
    minSessionTimeoutMillis: parts.minSessionMillis,
    maxSessionTimeoutMillis: parts.maxSessionMillis,
    fourLetterWords: service.fourLetterWords,
    dataDir: parts.dataDir,
    limits: {
      connectionsPerAddress: service.maxClientConnections,
      frameBytesMax: service.frameBytesMax,
      outstandingMax: service.outstandingMax,
    },
    extendedTypes: service.extendedTypes,
    enforceQuota: service.enforceQuota,
    skipAcl: service.skipAcl,
    digestScheme: service.digestScheme,
    superDigest: service.superDigest,
    containers: service.containers,
    readOnlyMode: service.readOnlyMode,
    ...(parts.membership === undefined ? {} : { membership: parts.membership }),
    report: log,
    ensembleStats,
    ensembleSettings: configuration.members.length > 1 ? { initLimit, syncLimit } : null,
    now,
    wallNow,
    defer: (callback) => runtime.defer(callback),
    newPassword: parts.newPassword,
    clientPort: parts.clientPort,
    secureClientPort: parts.secureClientPort,
  });
  const stopTelling = tellLeader(driver, (id) => `server ${id}`, log);
  driver.start();
  const stopTicking = [
    runtime.every(DRIVER_TICK_MILLIS, () => driver.tick()),
    runtime.every(tickMillis / 2, () => server.tick()),
  ];
  return {
    server,
    status: () => {
      const { role, leader, term } = driver.view();
      return { id: sid, cluster, role, leader, term };
    },
    view: () => driver.view(),
    ready: () => whenLed(driver),
    stop: () => {
      for (const stop of stopTicking) stop();
      driver.stop();
      stopTelling();
      server.close();
    },
  };
}
