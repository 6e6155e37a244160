import { expect, test } from "vitest";
import { ETCD_FLAGS } from "../../src/server/etcd-flags.ts";
import { serverHelp } from "../../src/server/server-help.ts";

/** What `etcd --help` of 3.4.23 lists, so that no flag falls out of the table unnoticed. */
const HELP_3_4 = `
name data-dir wal-dir snapshot-count heartbeat-interval election-timeout initial-election-tick-advance
listen-peer-urls listen-client-urls max-snapshots max-wals quota-backend-bytes backend-batch-interval
backend-batch-limit max-txn-ops max-request-bytes max-concurrent-streams grpc-keepalive-min-time
grpc-keepalive-interval grpc-keepalive-timeout initial-advertise-peer-urls initial-cluster
initial-cluster-state initial-cluster-token advertise-client-urls discovery discovery-fallback
discovery-proxy discovery-srv discovery-srv-name strict-reconfig-check pre-vote
auto-compaction-retention auto-compaction-mode enable-v2 cert-file key-file client-cert-auth
client-crl-file client-cert-allowed-hostname trusted-ca-file auto-tls peer-cert-file peer-key-file
peer-client-cert-auth peer-trusted-ca-file peer-cert-allowed-cn peer-cert-allowed-hostname peer-auto-tls
peer-crl-file cipher-suites cors host-whitelist auth-token bcrypt-cost auth-token-ttl enable-pprof metrics
listen-metrics-urls logger log-outputs log-level proxy proxy-failure-wait proxy-refresh-interval
proxy-dial-timeout proxy-write-timeout proxy-read-timeout experimental-initial-corrupt-check
experimental-corrupt-check-time experimental-enable-v2v3 experimental-backend-bbolt-freelist-type
experimental-enable-lease-checkpoint experimental-compaction-batch-limit
experimental-peer-skip-client-san-verification experimental-watch-progress-notify-interval
experimental-warning-apply-duration force-new-cluster debug log-package-levels`;

test("every flag of etcd's help is classified", () => {
  for (const name of HELP_3_4.trim().split(/\s+/)) expect(ETCD_FLAGS, name).toHaveProperty([name]);
});

test("the help names every flag", () => {
  const help = serverHelp();
  for (const name of Object.keys(ETCD_FLAGS)) expect(help, name).toContain(name);
});

test("every refusal and every warning gives a reason, in lower case and without a full stop", () => {
  for (const [name, { handling }] of Object.entries(ETCD_FLAGS)) {
    if (handling.kind === "acted") continue;
    expect(handling.why, name).toMatch(/^[a-zA-Z].*[^.]$/);
  }
});
