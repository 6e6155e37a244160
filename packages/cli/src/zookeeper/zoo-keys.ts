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

const NO_QUORUM_TLS = "it has no effect without TLS between servers, which is not built yet";
const NO_REVOCATION =
  "certificates that were withdrawn are not looked for yet: remove the key, and take those out of the trust store that no longer vouch";
const NO_SASL = "it has no effect without SASL, which is not built yet";
const QUORUM_TLS = "TLS between servers is not built yet: use a private network and remove the key";
const QUORUM_SASL =
  "SASL between servers is not built yet: use a private network and remove the key";
const OTHER_PROOFS =
  "other ways to authenticate than digest, ip and x509 are not built yet: remove the key, and see that no access list needs it";
const PROOFS: readonly string[] = ["Digest", "IP", "X509"].map(
  (scheme) => `org.apache.zookeeper.server.auth.${scheme}AuthenticationProvider`,
);
const FORCED_AUTH =
  "clients cannot be made to authenticate yet: keep the client port private, use access lists, and remove the key";
const ADMIN_TLS =
  "the AdminServer does not speak TLS yet: let it listen on a private address and remove the key";
const ADMIN = "the AdminServer has its own bounds here";
const METRICS = "metrics are served over plain HTTP, with bounds of their own";
const JVM = "there is no JVM here";
const NOT_READ = "ZooKeeper reads it as a system property of its JVM only, never from this file";
const FROM_FILE = "in ZooKeeper a system property of its JVM, never read from this file";
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
  secureClientPort: acted("PORT", "where clients that speak TLS are served"),
  secureClientPortAddress: acted(
    "ADDRESS",
    "the address that they are served on (default: every one)",
  ),
  maxClientCnxns: acted("N", "connections from one address; 0 is without limit (default: 60)"),
  maxCnxns: acted("N", "connections from everywhere; 0 is for as many as can be held (default: 0)"),
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
  extendedTypesEnabled: acted("BOOLEAN", "whether TTL nodes can be created (default: false)"),
  emulate353TTLNodes: ignored("TTL nodes have one form here", "false"),
  "znode.container.checkIntervalMs": acted(
    "MS",
    `how often empty containers and TTL nodes are looked for (default: 60000); ${FROM_FILE}`,
  ),
  "znode.container.maxPerMinute": acted(
    "N",
    `how many of them are removed in a minute (default: 10000); ${FROM_FILE}`,
  ),
  "znode.container.maxNeverUsedIntervalMs": acted(
    "MS",
    `how long a container may wait for its first child; 0 is for ever (default: 0); ${FROM_FILE}`,
  ),
  enforceQuota: acted("BOOLEAN", "whether hard limits of quotas refuse writes (default: false)"),
  "readonlymode.enabled": acted(
    "BOOLEAN",
    `whether a server without a leader serves clients that ask for reading only (default: false); ${FROM_FILE}`,
  ),
  localSessionsEnabled: ignored(LOCAL, "false"),
  localSessionsUpgradingEnabled: ignored(LOCAL, "false"),

  // Limits and tuning
  globalOutstandingLimit: acted(
    "N",
    "requests under way; beyond, clients are not read (default: 1000)",
  ),
  "jute.maxbuffer": acted(
    "BYTES",
    `the longest request, up to 16777216 (default: 1048575); ${FROM_FILE}`,
  ),
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
  "outstandingHandshake.limit": ignored(NETTY),
  advancedFlowControlEnabled: ignored(NETTY),
  "nio.*": ignored(THREADS),
  "commitProcessor.*": ignored(THREADS),
  "pathStats.*": ignored(STATS),
  "messageTracker.*": ignored("messages between members are not recorded here"),

  // Who may do what
  skipACL: acted("yes|no", "`yes`: access lists keep nobody out (default: no)"),
  "DigestAuthenticationProvider.enabled": acted(
    "BOOLEAN",
    "`false`: nobody can prove a user by its password (default: true)",
  ),
  "DigestAuthenticationProvider.superDigest": acted(
    "user:digest",
    "whoever proves this user may do everything",
  ),
  "DigestAuthenticationProvider.digestAlg": refused(
    "digests in access lists are made with SHA1 only: remove the key",
    "SHA1",
  ),
  "IPAuthenticationProvider.usexforwardedfor": ignored(
    "a client's address is that of its connection",
    "false",
  ),
  "X509AuthenticationProvider.superUser": acted(
    "NAME",
    "the subject of the certificate whose owner may do everything",
  ),
  superUser: ignored(NO_SASL),
  "superUser.*": ignored(NO_SASL),
  authProvider: refused(OTHER_PROOFS, ...PROOFS),
  "authProvider.*": refused(OTHER_PROOFS, ...PROOFS),
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
  sslQuorumReloadCertFiles: ignored(NO_QUORUM_TLS, "false"),
  portUnification: ignored(NO_QUORUM_TLS, "false"),
  "ssl.quorum.*": ignored(NO_QUORUM_TLS),
  "quorum.auth.enableSasl": refused(QUORUM_SASL, "false"),
  "quorum.auth.learnerRequireSasl": refused(QUORUM_SASL, "false"),
  "quorum.auth.serverRequireSasl": refused(QUORUM_SASL, "false"),
  "quorum.auth.*": ignored("it has no effect without quorum.auth.enableSasl"),

  // TLS with clients
  "ssl.keyStore.location": acted("FILE", "this server's certificate and its key: PEM, or PKCS12"),
  "ssl.keyStore.password": acted("TEXT", "what opens it"),
  "ssl.keyStore.passwordPath": acted("FILE", "where the password is, in place of the above"),
  "ssl.keyStore.type": acted("PEM|PKCS12", "its kind, if its name does not end in .pem or .p12"),
  "ssl.trustStore.location": acted(
    "FILE",
    "the certificates of those who vouch for clients: PEM, or PKCS12",
  ),
  "ssl.trustStore.password": acted("TEXT", "what opens it"),
  "ssl.trustStore.passwordPath": acted("FILE", "where the password is, in place of the above"),
  "ssl.trustStore.type": acted("PEM|PKCS12", "its kind, if its name does not end in .pem or .p12"),
  "ssl.clientAuth": acted(
    "need|want|none",
    "whether clients must show a certificate, may, or are not asked (default: need)",
  ),
  "ssl.protocol": acted(
    "VERSION",
    "the newest that is spoken: TLSv1.2 or TLSv1.3 (default: TLSv1.3)",
  ),
  "ssl.enabledProtocols": acted("VERSIONS", "all that are spoken, in place of the above"),
  "ssl.ciphersuites": acted("NAMES", "those that may be chosen, in Java's names or OpenSSL's"),
  "ssl.hostnameVerification": acted(
    "BOOLEAN",
    "`false` switches off ssl.clientHostnameVerification, too (default: true)",
  ),
  "ssl.clientHostnameVerification": acted(
    "BOOLEAN",
    "whether a client's certificate must name the address it comes from (default: false)",
  ),
  "ssl.allowReverseDnsLookup": ignored("names of clients are not looked up", "false"),
  "ssl.crl": refused(NO_REVOCATION, "false"),
  "ssl.ocsp": refused(NO_REVOCATION, "false"),
  "ssl.authProvider": refused("certificates prove an x509 identity here: remove the key", "x509"),
  "ssl.context.supplier.class": refused(`${JVM}: name the files and remove the key`),
  "ssl.sslProvider": ignored("TLS is OpenSSL's here"),
  "ssl.handshakeDetectionTimeoutMillis": ignored(NO_QUORUM_TLS),
  "ssl.*": ignored("no key of that name is known"),
  "client.certReload": acted(
    "BOOLEAN",
    "whether the files are read again when they change (default: false)",
  ),
  "client.portUnification": ignored(
    "TLS is spoken on secureClientPort only, and nothing else there",
    "false",
  ),
  "fips-mode": ignored("whether OpenSSL is in FIPS mode is decided where Node starts"),

  // Looking inside
  "admin.enableServer": acted(
    "BOOLEAN",
    "whether the AdminServer listens (default: true if one of the next three is there)",
  ),
  "admin.serverPort": acted("PORT", "where it listens (default: 8080)"),
  "admin.serverAddress": acted("ADDRESS", "the address it listens on (default: every one)"),
  "admin.commandURL": acted("PATH", "what its paths begin with (default: /commands)"),
  "admin.forceHttps": refused(ADMIN_TLS, "false"),
  "admin.needClientAuth": refused(ADMIN_TLS, "false"),
  "admin.portUnification": ignored("the AdminServer does not speak TLS yet", "false"),
  "admin.*": ignored(ADMIN),
  "metricsProvider.className": acted(
    "CLASS",
    "ZooKeeper's Prometheus provider serves metrics at /metrics; its other two do not",
  ),
  "metricsProvider.httpPort": acted("PORT", "where metrics are served (default: 7000)"),
  "metricsProvider.httpHost": acted(
    "ADDRESS",
    "the address they are served on (default: every one)",
  ),
  "metricsProvider.exportJvmInfo": ignored(JVM, "true", "false"),
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
