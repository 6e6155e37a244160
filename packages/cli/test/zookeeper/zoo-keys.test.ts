import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findZooKey, isEnsembleKey, ZOO_KEYS } from "../../src/zookeeper/zoo-keys.ts";
import { ZOO_SETTING_KEYS } from "../../src/zookeeper/zoo-schema.ts";

/** What the administrator's guides of 3.8 and 3.9 and `QuorumPeerConfig` name, as a file spells it. */
const KNOWN = `
dataDir dataLogDir clientPort clientPortAddress secureClientPort secureClientPortAddress observerMasterPort
clientPortListenBacklog tickTime maxClientCnxns minSessionTimeout maxSessionTimeout initLimit syncLimit
connectToLearnerMasterLimit electionAlg quorumListenOnAllIPs peerType syncEnabled dynamicConfigFile
autopurge.snapRetainCount autopurge.purgeInterval standaloneEnabled reconfigEnabled sslQuorum portUnification
sslQuorumReloadCertFiles quorum.auth.enableSasl quorum.auth.serverRequireSasl quorum.auth.learnerRequireSasl
quorum.auth.learner.saslLoginContext quorum.auth.server.saslLoginContext quorum.auth.kerberos.servicePrincipal
quorum.cnxn.threads.size jvm.pause.info-threshold.ms jvm.pause.warn-threshold.ms jvm.pause.sleep.time.ms
jvm.pause.monitor metricsProvider.className metricsProvider.httpHost metricsProvider.httpPort
metricsProvider.exportJvmInfo metricsProvider.numWorkerThreads multiAddress.enabled
multiAddress.reachabilityCheckTimeoutMs multiAddress.reachabilityCheckEnabled oraclePath
localSessionsEnabled localSessionsUpgradingEnabled globalOutstandingLimit preAllocSize snapCount commitLogCount
snapSizeLimitInKb txnLogSizeLimitInKb maxCnxns fsync.warningthresholdms maxResponseCacheSize
maxGetChildrenResponseCacheSize extendedTypesEnabled emulate353TTLNodes watchManagerName watcherCleanThreadsNum
watcherCleanThreshold watcherCleanIntervalInSeconds maxInProcessingDeadWatchers bitHashCacheSize
fastleader.minNotificationInterval fastleader.maxNotificationInterval connectionMaxTokens
connectionTokenFillTime connectionTokenFillCount connectionFreezeTime connectionDropIncrease
connectionDropDecrease connectionDecreaseRatio connection_throttle_tokens connection_throttle_weight_enabled
serverCnxnFactory flushDelay maxWriteQueuePollTime maxBatchSize enforceQuota requestThrottleLimit
requestThrottleStallTime requestThrottleDropStale requestStaleLatencyCheck requestStaleConnectionCheck
request_throttle_max_requests request_throttle_stall_time request_throttle_drop_stale request_stale_latency_check
request_stale_connection_check request_throttler.shutdownTimeout advancedFlowControlEnabled
netty.advancedFlowControl.enabled enableEagerACLCheck maxConcurrentSnapSyncs maxConcurrentDiffSyncs
leader.maxConcurrentSnapSyncs leader.maxConcurrentDiffSyncs digest.enabled snapshot.compression.method
snapshot.trust.empty audit.enable audit.impl.class largeRequestMaxBytes largeRequestThreshold
outstandingHandshake.limit netty.server.outstandingHandshake.limit
netty.server.earlyDropSecureConnectionHandshakes throttledOpWaitTime throttled_op_wait_time
learner.closeSocketAsync leader.closeSocketAsync learner.asyncSending
forward_learner_requests_to_commit_processor_disabled serializeLastProcessedZxid.enabled maxTimeToWaitForEpoch
leader.maxTimeToWaitForEpoch leaderServes cnxTimeout quorumCnxnTimeoutMs 4lw.commands.whitelist tcpKeepAlive
clientTcpKeepAlive electionPortBindRetry observer.reconnectDelayMs observer.election.DelayMs
observer.syncEnabled observerMaster.sizeLimit DigestAuthenticationProvider.enabled
DigestAuthenticationProvider.superDigest DigestAuthenticationProvider.digestAlg
IPAuthenticationProvider.usexforwardedfor X509AuthenticationProvider.superUser superUser superUser.1
ssl.authProvider ensembleAuthName sessionRequireClientSASLAuth enforce.auth.enabled enforce.auth.schemes
ssl.keyStore.location ssl.quorum.keyStore.password ssl.trustStore.type ssl.quorum.hostnameVerification ssl.clientAuth
ssl.sslProvider client.certReload client.portUnification authProvider authProvider.sasl authProvider.1
kerberos.removeHostFromPrincipal kerberos.removeRealmFromPrincipal kerberos.canonicalizeHostNames fips-mode
readonlymode.enabled follower.skipLearnerRequestToNextProcessor forceSync jute.maxbuffer
jute.maxbuffer.extrasize skipACL datadir.autocreate db.autocreate nio.numSelectorThreads nio.numWorkerThreads
nio.directBufferBytes nio.sessionlessCnxnTimeout nio.shutdownTimeout commitProcessor.numWorkerThreads
commitProcessor.maxReadBatchSize commitProcessor.maxCommitBatchSize commitProcessor.shutdownTimeout
znode.container.checkIntervalMs znode.container.maxPerMinute znode.container.maxNeverUsedIntervalMs
messageTracker.BufferSize messageTracker.Enabled admin.rateLimiterIntervalInMS admin.snapshot.enabled
admin.restore.enabled admin.needClientAuth admin.forceHttps admin.portUnification admin.enableServer
admin.serverAddress admin.serverPort admin.idleTimeout admin.commandURL allowSaslFailedClients
letAnySaslUserDoX SASLAuthenticationProvider.superPassword sasl.serverconfig security.auth_to_local
requireKerberosConfig kinit pathStats.enabled snapshotSizeFactor closeSessionTxn.enabled leader.ackLoggingFrequency
leaderConnectDelayDuringRetryMs forceSnapshotSync intBufferStartingSizeBytes leader.nodelay follower.nodelay
jmx.log4j.disable`;

test.each(KNOWN.trim().split(/\s+/))("%s is classified", (key) => {
  expect(findZooKey(key)).toBeDefined();
});

test("a key that is nobody's is not, even when it begins like one", () => {
  for (const key of ["", "dataDirs", "sslx", "toString", "adminx"]) {
    expect(findZooKey(key), key).toBeUndefined();
  }
});

test("the more exact of two rows decides", () => {
  expect(findZooKey("admin.forceHttps")).toMatchObject({ neutral: ["false"] });
  expect(findZooKey("admin.idleTimeout")).toMatchObject({ neutral: [] });
  expect(findZooKey("ssl.quorum.clientAuth")).toBe(findZooKey("ssl.quorum.*"));
  expect(findZooKey("quorum.auth.enableSasl")?.kind).toBe("refused");
});

test("every key that is acted on is a setting, and every setting is one", () => {
  const acted = Object.keys(ZOO_KEYS).filter((key) => ZOO_KEYS[key]?.kind === "acted");
  expect(acted.filter((key) => !isEnsembleKey(key)).sort()).toEqual([...ZOO_SETTING_KEYS].sort());
  expect(acted.filter(isEnsembleKey)).toEqual(["server.N", "group.N", "weight.N"]);
});

test("every refusal and every warning gives a reason, in lower case and without a full stop", () => {
  for (const [key, handling] of Object.entries(ZOO_KEYS)) {
    if (handling.kind !== "acted") expect(handling.why, key).toMatch(/^[a-zA-Z].*[^.]$/);
  }
});

describe("the page on compatibility", () => {
  const page = readFileSync(
    new URL("../../../../docs/compatibility/zookeeper.md", import.meta.url),
    "utf8",
  );
  const section = /^## zoo\.cfg$(.*?)(?=^## |$(?![^]))/ms.exec(page)?.[1] ?? "";

  /** Every key of one table, with what the page says of it: its row but for the first cell. */
  function table(title: string): Record<string, string> {
    const text = new RegExp(`^### ${title}$(.*?)(?=^### |$(?![^]))`, "ms").exec(section)?.[1] ?? "";
    const rows = [...text.matchAll(/^\| (`.*?) \| (.*) \|$/gm)];
    return Object.fromEntries(
      rows.flatMap(([, keys = "", rest = ""]) =>
        [...keys.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => [key, rest]),
      ),
    );
  }

  function expected(kind: "acted" | "ignored" | "refused"): Record<string, string> {
    return Object.fromEntries(
      Object.entries(ZOO_KEYS).flatMap(([key, handling]) => {
        if (handling.kind !== kind) return [];
        if (handling.kind === "acted") return [[key, escaped(handling.summary)]];
        const neutral = handling.neutral.map((value) => `\`${value}\``).join(", ");
        return [[key, `${escaped(handling.why)} | ${neutral}`]];
      }),
    );
  }

  function escaped(text: string): string {
    return text.replaceAll("|", "\\|");
  }

  test.each([
    ["Acted on", "acted"],
    ["Refused", "refused"],
    ["Without effect", "ignored"],
  ] as const)("says of every key what becomes of it: %s", (title, kind) => {
    expect(table(title)).toEqual(expected(kind));
  });
});
