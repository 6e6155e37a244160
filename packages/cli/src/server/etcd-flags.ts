/**
 * What becomes of an etcd flag here.
 *
 * - `acted`: it does here what it does in etcd.
 * - `ignored`: it changes nothing that a client could be hurt by; a warning names it.
 * - `refused`: leaving it out would break a promise that the user counts on (safety, secrecy, a
 *   limit, an address). `neutral` are the values that ask for nothing and are therefore taken.
 */
export type FlagHandling =
  | { readonly kind: "acted"; readonly summary: string; readonly value: string }
  | { readonly kind: "ignored"; readonly why: string; readonly neutral: readonly string[] }
  | { readonly kind: "refused"; readonly why: string; readonly neutral: readonly string[] };

/** One flag of etcd's; `boolean` flags take no separate argument, as in Go's flag package. */
export interface EtcdFlag {
  readonly boolean: boolean;
  readonly handling: FlagHandling;
}

function acted(value: string, summary: string): EtcdFlag {
  return { boolean: value === "", handling: { kind: "acted", summary, value } };
}

function ignored(why: string, ...neutral: string[]): EtcdFlag {
  return { boolean: false, handling: { kind: "ignored", why, neutral } };
}

function ignoredSwitch(why: string, ...neutral: string[]): EtcdFlag {
  return { boolean: true, handling: { kind: "ignored", why, neutral } };
}

function refused(why: string, ...neutral: string[]): EtcdFlag {
  return { boolean: false, handling: { kind: "refused", why, neutral } };
}

function refusedSwitch(why: string): EtcdFlag {
  return { boolean: true, handling: { kind: "refused", why, neutral: ["false"] } };
}

const TLS =
  "TLS is not built yet: put a TLS-terminating proxy or a private network in front, and remove the flag";
const NO_TLS = "it has no effect without TLS, which is not built yet";
const DISCOVERY = "discovery is not built: list the members in --initial-cluster instead";
const NO_DISCOVERY = "it has no effect without discovery, which is not built";
const NO_AUTH = "it has no effect without authentication, which is not built yet";
const GRPC = "the server's own values hold";
const BBOLT = "it tunes bbolt, etcd's storage engine, which is not used here";
const TRACING = "there is no OpenTelemetry tracing yet";
const V2 = "etcd's v2 API is not served: use the v3 API and remove the flag";
const PROXY = "it has no effect without the v2 proxy, which does not exist here";
const CORRUPTION =
  "members do not compare their hashes by themselves yet; use `etcdctl endpoint hashkv --cluster`";
const LEASES = "the time that leases have left is always replicated";
const ROTATION = "logs go to standard error; rotate them with what reads it";
const RETIRED = "etcd ignores it too, since version 2";

/**
 * Every server flag of etcd 3.4 to 3.6, and the only place that decides what becomes of it, be it
 * given as a flag, as an `ETCD_*` variable or as a key of the configuration file.
 */
export const ETCD_FLAGS: Readonly<Record<string, EtcdFlag>> = {
  // Member
  name: acted("NAME", "name of this member, as in --initial-cluster (default: default)"),
  "data-dir": acted("DIR", "where the member keeps its data (default: NAME.quorate)"),
  "wal-dir": refused(
    "the write-ahead log lives in --data-dir: mount the fast disk there and remove the flag",
    "",
  ),
  "snapshot-count": acted(
    "N",
    "applied entries between two snapshots, or up to ten times as many if these are large (default: 10000)",
  ),
  "snapshot-catchup-entries": ignored("how much log is kept behind a snapshot is fixed"),
  "experimental-snapshot-catchup-entries": ignored(
    "how much log is kept behind a snapshot is fixed",
  ),
  "heartbeat-interval": acted("MS", "milliseconds between a leader's heartbeats (default: 100)"),
  "election-timeout": acted(
    "MS",
    "milliseconds without a leader before an election (default: 1000)",
  ),
  "initial-election-tick-advance": ignoredSwitch("elections at start use the normal timeout"),
  "listen-peer-urls": acted(
    "URLS",
    "addresses to accept other members on (default: http://localhost:2380)",
  ),
  "listen-client-urls": acted(
    "URLS",
    "addresses to accept clients on (default: http://localhost:2379)",
  ),
  "listen-client-http-urls": refused(
    "HTTP and gRPC are served on the same --listen-client-urls: remove the flag",
    "",
  ),
  "listen-metrics-urls": acted(
    "URLS",
    "addresses to serve /metrics and health on, beside --listen-client-urls (default: none)",
  ),
  "max-snapshots": ignored("old snapshots are removed as soon as a newer one is durable"),
  "max-wals": ignored("log files are removed as soon as a snapshot covers them"),
  "quota-backend-bytes": acted(
    "BYTES",
    "what the keys may take of memory before writes are refused; below 0: no limit (default: 2 GiB)",
  ),
  "backend-batch-interval": ignored(BBOLT, ""),
  "backend-batch-limit": ignored(BBOLT, "0"),
  "backend-bbolt-freelist-type": ignored(BBOLT),
  "experimental-backend-bbolt-freelist-type": ignored(BBOLT),
  "bootstrap-defrag-threshold-megabytes": ignored(BBOLT, "0"),
  "experimental-bootstrap-defrag-threshold-megabytes": ignored(BBOLT, "0"),
  "experimental-txn-mode-write-with-shared-buffer": ignoredSwitch(BBOLT),
  "experimental-stop-grpc-service-on-defrag": ignoredSwitch(BBOLT),
  "memory-mlock": ignoredSwitch(BBOLT),
  "experimental-memory-mlock": ignoredSwitch(BBOLT),
  "max-txn-ops": acted("N", "operations that a transaction may have (default: 128)"),
  "max-request-bytes": acted("BYTES", "what a request may have (default: 1572864)"),
  "max-concurrent-streams": ignored(GRPC),
  "grpc-keepalive-min-time": ignored(GRPC),
  "grpc-keepalive-interval": ignored(GRPC),
  "grpc-keepalive-timeout": ignored(GRPC),
  "raft-read-timeout": ignored(GRPC),
  "raft-write-timeout": ignored(GRPC),
  "socket-reuse-port": refusedSwitch(
    "a port belongs to one member: a second one on it would steal its clients; remove the flag",
  ),
  "socket-reuse-address": ignoredSwitch("Node.js sets SO_REUSEADDR by itself"),
  "zookeeper-config": acted(
    "FILE",
    "a zoo.cfg (not etcd's): serve that ZooKeeper ensemble as well, in this process",
  ),
  "config-file": acted("FILE", "YAML with etcd's keys; flags and variables then do not count"),
  version: acted("", "print the version and exit"),

  // Clustering
  "initial-advertise-peer-urls": acted(
    "URLS",
    "how the other members reach this one (default: http://localhost:2380)",
  ),
  "initial-cluster": acted(
    "LIST",
    "all members: m1=http://host:2380,m2=… (default: this member alone)",
  ),
  "initial-cluster-state": acted(
    "new",
    "only `new` for now: membership is fixed at the first start",
  ),
  "initial-cluster-token": acted("TOKEN", "tells clusters apart (default: etcd-cluster)"),
  "advertise-client-urls": acted(
    "URLS",
    "how clients reach this member (default: http://localhost:2379)",
  ),
  discovery: refused(DISCOVERY, ""),
  "discovery-endpoints": refused(DISCOVERY, ""),
  "discovery-token": refused(DISCOVERY, ""),
  "discovery-srv": refused(DISCOVERY, ""),
  "discovery-srv-name": ignored(NO_DISCOVERY, ""),
  "discovery-fallback": ignored(NO_DISCOVERY),
  "discovery-proxy": ignored(NO_DISCOVERY, ""),
  "discovery-dial-timeout": ignored(NO_DISCOVERY),
  "discovery-request-timeout": ignored(NO_DISCOVERY),
  "discovery-keepalive-time": ignored(NO_DISCOVERY),
  "discovery-keepalive-timeout": ignored(NO_DISCOVERY),
  "discovery-insecure-transport": ignoredSwitch(NO_DISCOVERY),
  "discovery-insecure-skip-tls-verify": ignoredSwitch(NO_DISCOVERY),
  "discovery-cert": ignored(NO_DISCOVERY, ""),
  "discovery-key": ignored(NO_DISCOVERY, ""),
  "discovery-cacert": ignored(NO_DISCOVERY, ""),
  "discovery-user": ignored(NO_DISCOVERY, ""),
  "discovery-password": ignored(NO_DISCOVERY, ""),
  "strict-reconfig-check": ignoredSwitch("membership cannot be changed yet"),
  "max-learners": ignored("membership cannot be changed yet"),
  "pre-vote": ignoredSwitch("pre-vote is always on", "true"),
  "auto-compaction-mode": acted(
    "MODE",
    "what the retention is of: periodic (a time) or revision (a number of them; default: periodic)",
  ),
  "auto-compaction-retention": acted(
    "KEEP",
    "how much history stays: hours as 8, or 30m, or revisions; 0 is all of it (default: 0)",
  ),
  "force-new-cluster": refusedSwitch(
    "a lone member cannot be cut out of a cluster yet: make a new one with `quorate snapshot restore`",
  ),
  "v2-deprecation": ignored("there is no v2 store here"),
  "enable-v2": refusedSwitch(V2),
  "experimental-enable-v2v3": refused(V2, ""),
  "next-cluster-version-compatible": ignoredSwitch("members of different versions do not mix yet"),
  "downgrade-check-time": ignored("there is nothing to downgrade to yet"),
  "experimental-downgrade-check-time": ignored("there is nothing to downgrade to yet"),

  // Security
  "cert-file": refused(TLS, ""),
  "key-file": refused(TLS, ""),
  "client-cert-file": refused(TLS, ""),
  "client-key-file": refused(TLS, ""),
  "client-cert-auth": refusedSwitch(TLS),
  "client-crl-file": refused(TLS, ""),
  "client-cert-allowed-hostname": refused(TLS, ""),
  "trusted-ca-file": refused(TLS, ""),
  "auto-tls": refusedSwitch(TLS),
  "peer-cert-file": refused(TLS, ""),
  "peer-key-file": refused(TLS, ""),
  "peer-client-cert-file": refused(TLS, ""),
  "peer-client-key-file": refused(TLS, ""),
  "peer-client-cert-auth": refusedSwitch(TLS),
  "peer-trusted-ca-file": refused(TLS, ""),
  "peer-auto-tls": refusedSwitch(TLS),
  "peer-crl-file": refused(TLS, ""),
  "peer-cert-allowed-cn": refused(TLS, ""),
  "peer-cert-allowed-hostname": refused(TLS, ""),
  "peer-skip-client-san-verification": ignoredSwitch(NO_TLS, "false"),
  "experimental-peer-skip-client-san-verification": ignoredSwitch(NO_TLS, "false"),
  "self-signed-cert-validity": ignored(NO_TLS),
  "cipher-suites": ignored(NO_TLS, ""),
  "tls-min-version": ignored(NO_TLS, ""),
  "tls-max-version": ignored(NO_TLS, ""),
  cors: refused(
    "browsers' requests are not told apart by origin: restrict access in front of the server and remove the flag",
    "",
    "*",
  ),
  "host-whitelist": refused(
    "requests are not told apart by host name: restrict access in front of the server and remove the flag",
    "",
    "*",
  ),
  "auth-token": refused(
    "authentication is not built yet: keep the ports private and remove the flag",
    "",
    "simple",
  ),
  "auth-token-ttl": ignored(NO_AUTH),
  "bcrypt-cost": ignored(NO_AUTH),

  // Logging, profiling, monitoring
  "log-level": acted("LEVEL", "debug, info, warn, error, panic or fatal (default: info)"),
  "log-format": acted("FORMAT", "json or console (default: console on a terminal, json elsewhere)"),
  "log-outputs": ignored("logs go to standard error: redirect it", "default", "stderr"),
  "log-output": ignored("logs go to standard error: redirect it", "default", "stderr"),
  logger: ignored("there is one logger", "zap", "capnslog"),
  debug: ignoredSwitch("use --log-level=debug", "false"),
  "log-package-levels": ignored("there is one --log-level for everything", ""),
  "enable-log-rotation": ignoredSwitch(ROTATION, "false"),
  "log-rotation-config-json": ignored(ROTATION),
  "enable-pprof": ignoredSwitch("use Node.js's own inspector", "false"),
  metrics: acted(
    "KIND",
    "basic, or extensive to measure how long every call takes (default: basic)",
  ),
  "enable-grpc-gateway": ignoredSwitch("the JSON gateway is not built yet", "false"),
  "enable-distributed-tracing": ignoredSwitch(TRACING, "false"),
  "distributed-tracing-address": ignored(TRACING),
  "distributed-tracing-service-name": ignored(TRACING),
  "distributed-tracing-instance-id": ignored(TRACING),
  "distributed-tracing-sampling-rate": ignored(TRACING),
  "experimental-enable-distributed-tracing": ignoredSwitch(TRACING, "false"),
  "experimental-distributed-tracing-address": ignored(TRACING),
  "experimental-distributed-tracing-service-name": ignored(TRACING),
  "experimental-distributed-tracing-instance-id": ignored(TRACING),
  "experimental-distributed-tracing-sampling-rate": ignored(TRACING),
  "warning-apply-duration": ignored("slow requests are not logged yet"),
  "experimental-warning-apply-duration": ignored("slow requests are not logged yet"),
  "warning-unary-request-duration": ignored("slow requests are not logged yet"),
  "experimental-warning-unary-request-duration": ignored("slow requests are not logged yet"),

  // Features
  "feature-gates": ignored("there are no feature gates here", ""),
  "experimental-initial-corrupt-check": ignoredSwitch(CORRUPTION, "false"),
  "corrupt-check-time": ignored(CORRUPTION),
  "experimental-corrupt-check-time": ignored(CORRUPTION),
  "compact-hash-check-time": ignored(CORRUPTION),
  "experimental-compact-hash-check-enabled": ignoredSwitch(CORRUPTION, "false"),
  "experimental-compact-hash-check-time": ignored(CORRUPTION),
  "compaction-batch-limit": ignored("compaction needs no batches here"),
  "experimental-compaction-batch-limit": ignored("compaction needs no batches here"),
  "compaction-sleep-interval": ignored("compaction needs no batches here"),
  "experimental-compaction-sleep-interval": ignored("compaction needs no batches here"),
  "experimental-enable-lease-checkpoint": ignoredSwitch(LEASES, "false"),
  "experimental-enable-lease-checkpoint-persist": ignoredSwitch(LEASES, "false"),
  "watch-progress-notify-interval": acted(
    "TIME",
    "how often a watcher that hears nothing else is told how far it is, such as 5m (default: 10m)",
  ),
  "experimental-watch-progress-notify-interval": acted("TIME", "the same, as etcd 3.5 calls it"),
  "unsafe-no-fsync": ignoredSwitch("data is always synced to disk", "false"),

  // The v2 proxy of 3.4 and 3.5
  proxy: refused("the v2 proxy does not exist here: remove the flag", "", "off"),
  "proxy-failure-wait": ignored(PROXY),
  "proxy-refresh-interval": ignored(PROXY),
  "proxy-dial-timeout": ignored(PROXY),
  "proxy-write-timeout": ignored(PROXY),
  "proxy-read-timeout": ignored(PROXY),

  // Flags of the first etcd that etcd still swallows
  "cluster-active-size": ignoredSwitch(RETIRED),
  "cluster-remove-delay": ignoredSwitch(RETIRED),
  "cluster-sync-interval": ignoredSwitch(RETIRED),
  config: ignoredSwitch(RETIRED),
  force: ignoredSwitch(RETIRED),
  "max-result-buffer": ignoredSwitch(RETIRED),
  "max-retry-attempts": ignoredSwitch(RETIRED),
  "peer-heartbeat-interval": ignoredSwitch(RETIRED),
  "peer-election-timeout": ignoredSwitch(RETIRED),
  "retry-interval": ignoredSwitch(RETIRED),
  snapshot: ignoredSwitch(RETIRED),
  v: ignoredSwitch(RETIRED),
  vv: ignoredSwitch(RETIRED),
};

/** The flag of that name, or nothing when etcd has none. */
export function findEtcdFlag(name: string): EtcdFlag | undefined {
  return Object.hasOwn(ETCD_FLAGS, name) ? ETCD_FLAGS[name] : undefined;
}
