import type { FlagHandling } from "../server/etcd-flags.ts";

function acted(value: string, summary: string): FlagHandling {
  return { kind: "acted", summary, value };
}

function ignored(why: string, ...neutral: string[]): FlagHandling {
  return { kind: "ignored", why, neutral };
}

function refused(why: string, ...neutral: string[]): FlagHandling {
  return { kind: "refused", why, neutral };
}

const NO_TLS = "it has no effect without TLS, which is not built yet";
const NO_SASL = "it has no effect without SASL, which is not built yet";
const QUORUM_TLS = "TLS between servers is not built yet: use a private network and remove the key";
const QUORUM_SASL =
  "SASL between servers is not built yet: use a private network and remove the key";
const FORCED_AUTH =
  "clients cannot be made to authenticate yet: keep the client port private, use access lists, and remove the key";
const ADMIN = "the AdminServer is not built yet: use `quorate zk status` or the four-letter words";
const METRICS = "metrics are not served yet";
const JVM = "there is no JVM here";
const NOT_READ = "ZooKeeper reads it as a system property of its JVM only, never from this file";
const LOG_FILES = "the log has its own file sizes here";
const SNAPSHOTS = "snapshots have their own form here, with checksums";
const CACHE = "answers are not cached here";
const NETTY = "there is one kind of listener here, and it is not Netty";
const THREADS = "requests are not handed to threads here";
const WATCHES = "watches are kept in their own way here";
const THROTTLE = "connections and requests are not throttled by tokens here";
const SYNCING = "members bring each other up to date by their own rules here";
const BATCHING = "writes are batched by what is waiting, without timers";
const ELECTION = "elections have their own timing, derived from tickTime, initLimit and syncLimit";
const LOCAL =
  "every session is known to the whole ensemble, which allows what a local one does and more";
const STATS = "statistics per path are not kept here";
const CONTAINERS = "containers and TTL nodes are swept at their own pace here";
const KEEPALIVE = "sockets have their own keep-alive here; sessions find dead clients";

/**
 * Every key of ZooKeeper 3.8's and 3.9's configuration file, and the only place that decides what
 * becomes of it. `N` stands for a server's or group's number, `*` at the end for any ending. Keys
 * that ZooKeeper passes on to its JVM as `zookeeper.KEY` stand here as the file spells them.
 */
export const ZOO_KEYS: Readonly<Record<string, FlagHandling>> = {
  // This server
  dataDir: acted("DIR", "where `myid` is; Quorate's own files go into its directory `quorate`"),
  dataLogDir: acted("DIR", "takes the directory `quorate`, log and snapshots, in place of dataDir"),
  "datadir.autocreate": acted(
    "BOOLEAN",
    "`false`: a directory that does not exist is refused instead of made (default: true)",
  ),
  "db.autocreate": refused(
    "a server that lost its files cannot be told from a new one yet: never start one with an empty directory, and remove the key",
    "true",
  ),
  clientPort: acted("PORT", "where clients are served; or behind `;` in the own server line"),
  clientPortAddress: acted(
    "ADDRESS",
    "the address that clients are served on (default: every one)",
  ),
  clientPortListenBacklog: ignored("the system's own backlog holds", "-1"),
  secureClientPort: ignored(
    "TLS is not built yet: nothing listens on that port, clients use clientPort",
  ),
  secureClientPortAddress: ignored(NO_TLS),
  maxClientCnxns: acted("N", "connections from one address; 0 is without limit (default: 60)"),
  maxCnxns: refused(
    "all connections together are not limited yet: set maxClientCnxns and remove the key",
    "0",
  ),
  tickTime: acted("MS", "the unit of initLimit, syncLimit and session timeouts (default: 3000)"),
  minSessionTimeout: acted("MS", "the shortest that clients may ask for (default: 2 ticks)"),
  maxSessionTimeout: acted("MS", "the longest that clients may ask for (default: 20 ticks)"),
  snapCount: acted("N", "writes between two snapshots (default: 100000)"),
  "4lw.commands.whitelist": acted(
    "WORDS",
    "four-letter words that are answered, `*` for all (default: srvr)",
  ),

  // The ensemble
  "server.N": acted(
    "host:quorum:election[:role][;client]",
    "a member; members meet on the quorum port; several addresses, with `|` between them, are tried in turn",
  ),
  "group.N": acted("N:N:…", "the servers of one group; a quorum needs most groups"),
  "weight.N": acted("N", "how much that server counts in its group (default: 1)"),
  dynamicConfigFile: acted("FILE", "where the server, group and weight lines are"),
  initLimit: acted("TICKS", "how long a member may take to join; needed with several servers"),
  syncLimit: acted("TICKS", "how long a member may be silent; needed with several servers"),
  peerType: acted("ROLE", "must agree with the server line, which counts"),
  electionAlg: acted("3", "only 3 exists"),
  standaloneEnabled: acted(
    "BOOLEAN",
    "`false`: a single server line makes an ensemble of one (default: true)",
  ),
  quorumListenOnAllIPs: acted(
    "BOOLEAN",
    "`true`: listen for the other servers on every address (default: false)",
  ),
  reconfigEnabled: ignored("members cannot be changed while running yet", "false"),
  oraclePath: refused(
    "no tie between two servers is broken from outside: use three servers and remove the key",
  ),
  observerMasterPort: ignored("observers follow the leader, never another member", "0"),
  "observerMaster.sizeLimit": ignored("observers follow the leader, never another member"),
  "observer.reconnectDelayMs": ignored(ELECTION),
  "observer.election.DelayMs": ignored(ELECTION),
  syncEnabled: ignored("observers always keep their log on disk", "true"),
  "observer.syncEnabled": ignored("observers always keep their log on disk", "true"),
  leaderServes: ignored("the leader serves clients like every member", "yes"),
  "multiAddress.enabled": ignored(
    "all addresses of a server line are always used, one after the other",
    "true",
  ),
  "multiAddress.*": ignored("an address that fails is followed by the next, without a probe"),
  connectToLearnerMasterLimit: ignored(ELECTION),
  maxTimeToWaitForEpoch: ignored(ELECTION),
  "leader.maxTimeToWaitForEpoch": ignored(ELECTION),
  leaderConnectDelayDuringRetryMs: ignored(ELECTION),
  cnxTimeout: ignored(ELECTION),
  quorumCnxnTimeoutMs: ignored(ELECTION),
  electionPortBindRetry: ignored("an election port that is in use is reported at once"),
  "fastleader.*": ignored(ELECTION),
  "quorum.cnxn.threads.size": ignored(THREADS),
  tcpKeepAlive: ignored(KEEPALIVE, "false"),
  clientTcpKeepAlive: ignored(KEEPALIVE, "false"),
  "leader.nodelay": ignored(NOT_READ),
  "follower.nodelay": ignored(NOT_READ),

  // Bringing members up to date
  maxConcurrentSnapSyncs: ignored(SYNCING),
  maxConcurrentDiffSyncs: ignored(SYNCING),
  "leader.maxConcurrentSnapSyncs": ignored(SYNCING),
  "leader.maxConcurrentDiffSyncs": ignored(SYNCING),
  "leader.ackLoggingFrequency": ignored(SYNCING),
  "leader.closeSocketAsync": ignored(SYNCING),
  "learner.closeSocketAsync": ignored(SYNCING),
  "learner.asyncSending": ignored(SYNCING),
  commitLogCount: ignored(SYNCING),
  snapshotSizeFactor: ignored(SYNCING),
  forceSnapshotSync: ignored(SYNCING, "false"),
  forward_learner_requests_to_commit_processor_disabled: ignored(SYNCING),
  "follower.skipLearnerRequestToNextProcessor": ignored(SYNCING),

  // Log, snapshots, data
  forceSync: ignored("data is always synced to disk", "yes"),
  preAllocSize: ignored(LOG_FILES),
  txnLogSizeLimitInKb: ignored(LOG_FILES),
  snapSizeLimitInKb: ignored("snapCount alone decides when a snapshot is taken"),
  flushDelay: ignored(BATCHING),
  maxWriteQueuePollTime: ignored(BATCHING),
  maxBatchSize: ignored(BATCHING),
  "fsync.warningthresholdms": ignored("slow syncs are not logged yet"),
  "autopurge.snapRetainCount": ignored(
    "old snapshots and logs are removed as soon as a newer snapshot is durable",
  ),
  "autopurge.purgeInterval": ignored(
    "old snapshots and logs are removed as soon as a newer snapshot is durable",
  ),
  "snapshot.compression.method": ignored(SNAPSHOTS),
  "snapshot.trust.empty": ignored(
    "a log without the snapshot it builds on is always refused",
    "false",
  ),
  "serializeLastProcessedZxid.enabled": ignored(SNAPSHOTS),
  "digest.enabled": ignored("the log carries no digests of the tree here"),
  "closeSessionTxn.enabled": ignored("the log has its own form here"),
  extendedTypesEnabled: ignored("TTL nodes are not built yet", "false"),
  emulate353TTLNodes: ignored("TTL nodes are not built yet", "false"),
  "znode.container.*": ignored(CONTAINERS),
  enforceQuota: refused("quotas are not enforced yet: watch the sizes and remove the key", "false"),
  "readonlymode.enabled": ignored(NOT_READ),
  localSessionsEnabled: ignored(LOCAL, "false"),
  localSessionsUpgradingEnabled: ignored(LOCAL, "false"),

  // Limits and tuning
  globalOutstandingLimit: ignored("waiting requests have their own bounds here"),
  "jute.maxbuffer": ignored(NOT_READ),
  "jute.maxbuffer.extrasize": ignored("records on disk have their own bounds here"),
  largeRequestMaxBytes: ignored("waiting requests have their own bounds here"),
  largeRequestThreshold: ignored("waiting requests have their own bounds here"),
  intBufferStartingSizeBytes: ignored(THREADS),
  maxResponseCacheSize: ignored(CACHE),
  maxGetChildrenResponseCacheSize: ignored(CACHE),
  enableEagerACLCheck: ignored("access is checked in the order of the log, not before"),
  watchManagerName: ignored(WATCHES),
  watcherCleanThreadsNum: ignored(WATCHES),
  watcherCleanThreshold: ignored(WATCHES),
  watcherCleanIntervalInSeconds: ignored(WATCHES),
  maxInProcessingDeadWatchers: ignored(WATCHES),
  bitHashCacheSize: ignored(WATCHES),
  "connection_throttle_*": ignored(THROTTLE),
  connectionMaxTokens: ignored(THROTTLE),
  connectionTokenFillTime: ignored(THROTTLE),
  connectionTokenFillCount: ignored(THROTTLE),
  connectionFreezeTime: ignored(THROTTLE),
  connectionDropIncrease: ignored(THROTTLE),
  connectionDropDecrease: ignored(THROTTLE),
  connectionDecreaseRatio: ignored(THROTTLE),
  "request_throttle*": ignored(THROTTLE),
  request_stale_latency_check: ignored(THROTTLE),
  request_stale_connection_check: ignored(THROTTLE),
  requestThrottleLimit: ignored(THROTTLE),
  requestThrottleStallTime: ignored(THROTTLE),
  requestThrottleDropStale: ignored(THROTTLE),
  requestStaleLatencyCheck: ignored(THROTTLE),
  requestStaleConnectionCheck: ignored(THROTTLE),
  throttledOpWaitTime: ignored(THROTTLE),
  throttled_op_wait_time: ignored(THROTTLE),
  serverCnxnFactory: ignored(NETTY),
  "netty.*": ignored(NETTY),
  "outstandingHandshake.limit": ignored(NO_TLS),
  advancedFlowControlEnabled: ignored(NETTY),
  "nio.*": ignored(THREADS),
  "commitProcessor.*": ignored(THREADS),
  "pathStats.*": ignored(STATS),
  "messageTracker.*": ignored("messages between members are not recorded here"),

  // Who may do what
  skipACL: ignored("access lists are always checked", "no"),
  "DigestAuthenticationProvider.enabled": refused(
    "the digest scheme cannot be switched off yet: remove the key",
    "true",
  ),
  "DigestAuthenticationProvider.superDigest": ignored(
    "there is no super user yet: access lists hold for everybody",
  ),
  "DigestAuthenticationProvider.digestAlg": refused(
    "digests in access lists are made with SHA1 only: remove the key",
    "SHA1",
  ),
  "IPAuthenticationProvider.usexforwardedfor": ignored(
    "a client's address is that of its connection",
    "false",
  ),
  "X509AuthenticationProvider.superUser": ignored(NO_TLS),
  superUser: ignored(NO_SASL),
  "superUser.*": ignored(NO_SASL),
  authProvider: refused(
    "other ways to authenticate than digest and ip are not built yet: remove the key, and see that no access list needs it",
  ),
  "authProvider.*": refused(
    "other ways to authenticate than digest and ip are not built yet: remove the key, and see that no access list needs it",
  ),
  ensembleAuthName: ignored("it has no effect without the ensemble provider, which is not built"),
  sessionRequireClientSASLAuth: refused(FORCED_AUTH, "false"),
  "enforce.auth.enabled": refused(FORCED_AUTH, "false"),
  "enforce.auth.schemes": ignored("it has no effect without enforce.auth.enabled"),
  allowSaslFailedClients: ignored(NO_SASL),
  letAnySaslUserDoX: ignored(NO_SASL),
  "SASLAuthenticationProvider.superPassword": ignored(NO_SASL),
  "sasl.*": ignored(NO_SASL),
  "kerberos.*": ignored(NO_SASL),
  "security.auth_to_local": ignored(NO_SASL),
  requireKerberosConfig: ignored(NO_SASL),
  kinit: ignored(NO_SASL),
  "audit.enable": refused(
    "there is no audit log yet: remove the key if nobody relies on one",
    "false",
  ),
  "audit.impl.class": ignored("it has no effect without audit.enable"),
  sslQuorum: refused(QUORUM_TLS, "false"),
  sslQuorumReloadCertFiles: ignored(NO_TLS, "false"),
  portUnification: ignored(NO_TLS, "false"),
  "ssl.*": ignored(NO_TLS),
  "client.portUnification": ignored(NO_TLS, "false"),
  "client.certReload": ignored(NO_TLS, "false"),
  "fips-mode": ignored(NO_TLS),
  "quorum.auth.enableSasl": refused(QUORUM_SASL, "false"),
  "quorum.auth.learnerRequireSasl": refused(QUORUM_SASL, "false"),
  "quorum.auth.serverRequireSasl": refused(QUORUM_SASL, "false"),
  "quorum.auth.*": ignored("it has no effect without quorum.auth.enableSasl"),

  // Looking inside
  "admin.enableServer": ignored(ADMIN, "false"),
  "admin.*": ignored(ADMIN),
  "metricsProvider.className": ignored(
    METRICS,
    "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
    "org.apache.zookeeper.metrics.impl.NullMetricsProvider",
  ),
  "metricsProvider.*": ignored(METRICS),
  "jvm.pause.monitor": ignored(JVM, "false"),
  "jvm.pause.*": ignored(JVM),
  "jmx.log4j.*": ignored(JVM),
};

const FAMILIES: readonly string[] = Object.keys(ZOO_KEYS).filter((key) => key.endsWith("*"));

/** What becomes of the key, or nothing when ZooKeeper has none of that name. */
export function findZooKey(key: string): FlagHandling | undefined {
  if (Object.hasOwn(ZOO_KEYS, key)) return ZOO_KEYS[key];
  const family = FAMILIES.find((name) => key.startsWith(name.slice(0, -1)));
  return family === undefined ? undefined : ZOO_KEYS[family];
}

/** Whether the key says who is in the ensemble, as ZooKeeper tells these keys apart. */
export function isEnsembleKey(key: string): boolean {
  return key.startsWith("server.") || key.startsWith("group") || key.startsWith("weight");
}
