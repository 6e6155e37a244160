import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CliError } from "../../src/cli-error.ts";
import { gather, type GivenSettings } from "../../src/server/given.ts";
import { parseGoFlags } from "../../src/server/go-flags.ts";
import {
  SETTING_FLAGS,
  settingWarnings,
  toSettings,
  type ServerSettings,
} from "../../src/server/settings.ts";
import { ETCD_FLAGS } from "../../src/server/etcd-flags.ts";

const directory = mkdtempSync(join(tmpdir(), "quorate-settings-"));
afterAll(() => rmSync(directory, { recursive: true }));

type Environment = Readonly<Record<string, string>>;

function given(args: readonly string[], env: Environment = {}): GivenSettings {
  return gather(parseGoFlags(args).flags, env);
}

function settings(args: readonly string[], env: Environment = {}): ServerSettings {
  return toSettings(given(args, env).values, false);
}

function refusal(args: readonly string[], env: Environment = {}): string {
  try {
    settings(args, env);
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown.message;
    throw thrown;
  }
  return "(accepted)";
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe("defaults", () => {
  test("are etcd's", () => {
    expect(settings([])).toEqual({
      name: "default",
      dataDir: "default.quorate",
      listenClientUrls: [{ url: "http://localhost:2379", host: "localhost", port: 2379 }],
      listenMetricsUrls: [],
      advertiseClientUrls: [{ url: "http://localhost:2379", host: "localhost", port: 2379 }],
      listenPeerUrls: [{ url: "http://localhost:2380", host: "localhost", port: 2380 }],
      initialAdvertisePeerUrls: [{ url: "http://localhost:2380", host: "localhost", port: 2380 }],
      initialCluster: [
        {
          name: "default",
          peerUrl: { url: "http://localhost:2380", host: "localhost", port: 2380 },
        },
      ],
      initialClusterState: "new",
      initialClusterToken: "etcd-cluster",
      heartbeatMs: 100,
      electionMs: 1000,
      snapshotCount: 10000,
      quotaBytes: 2 ** 31,
      maxTxnOps: 128,
      maxRequestBytes: 1.5 * 1024 * 1024,
      autoCompaction: null,
      watchProgressNotifyMs: 600_000,
      metrics: "basic",
      logLevel: "info",
      zooKeeperConfig: null,
      logFormat: "json",
    });
  });

  test("follow the name and the advertised peer URL", () => {
    const { dataDir, initialCluster } = settings([
      "--name=m7",
      "--initial-advertise-peer-urls=http://10.0.0.7:2380",
    ]);
    expect(dataDir).toBe("m7.quorate");
    expect(initialCluster.map(({ name, peerUrl }) => `${name}=${peerUrl.url}`)).toEqual([
      "m7=http://10.0.0.7:2380",
    ]);
  });
});

test("metrics are served apart from clients where that is wanted", () => {
  const urls = "http://127.0.0.1:2381,http://[::1]:2381";
  const args = [`--listen-metrics-urls=${urls}`, "--metrics=extensive"];
  const { listenMetricsUrls, metrics } = settings(args);
  expect(listenMetricsUrls.map(({ url }) => url).join()).toBe(urls);
  expect(metrics).toBe("extensive");
  expect(settings(["--listen-metrics-urls="]).listenMetricsUrls).toEqual([]);
});

describe("spelling", () => {
  test.each([
    [["--name", "m1"]],
    [["-name", "m1"]],
    [["--name=m1"]],
    [["-name=m1"]],
    [["--name=other", "--name=m1"]],
    [["--pre-vote", "--name", "m1"]],
    [["--pre-vote=true", "--name", "m1"]],
  ])("%j", (args) => {
    expect(settings(args).name).toBe("m1");
  });

  test("a value may hold an equals sign and look like a flag", () => {
    expect(settings(["--initial-cluster-token=a=b"]).initialClusterToken).toBe("a=b");
    expect(settings(["--initial-cluster-token", "--x"]).initialClusterToken).toBe("--x");
  });
});

describe("precedence", () => {
  test("a flag wins over QUORATE_, that over ETCD_, that over the default", () => {
    const env = { ETCD_NAME: "etcd", QUORATE_NAME: "quorate" };
    expect(settings([]).name).toBe("default");
    expect(settings([], { ETCD_NAME: "etcd" }).name).toBe("etcd");
    expect(settings([], env).name).toBe("quorate");
    expect(settings(["--name=flag"], env).name).toBe("flag");
  });

  test("an empty variable is not set", () => {
    expect(settings([], { ETCD_NAME: "" }).name).toBe("default");
  });

  test("with a file only the file counts, and the rest is named", () => {
    const path = file("only.yaml", "name: fromfile\nheartbeat-interval: 50\n");
    const { values, warnings } = given(["--config-file", path, "--name=flag"], {
      ETCD_SNAPSHOT_COUNT: "5",
    });
    expect(toSettings(values, false)).toMatchObject({
      name: "fromfile",
      heartbeatMs: 50,
      snapshotCount: 10000,
    });
    expect(warnings).toEqual([
      `with --config-file only ${path} counts, as in etcd; without effect: ETCD_SNAPSHOT_COUNT, --name`,
    ]);
  });

  test("the file may be named by a variable", () => {
    const path = file("env.yaml", "name: fromfile\n");
    expect(settings([], { ETCD_CONFIG_FILE: path }).name).toBe("fromfile");
  });
});

describe("bounds that etcd has, too", () => {
  test.each([
    [[], 2 ** 31],
    [["--quota-backend-bytes=0"], 2 ** 31],
    [["--quota-backend-bytes", "-1"], null],
    [["--quota-backend-bytes=8589934592"], 2 ** 33],
  ])("%j: a quota of %j bytes", (args, bytes) => {
    expect(settings(args).quotaBytes).toBe(bytes);
  });

  test("a transaction and a request may be as large as it is said", () => {
    const args = ["--max-txn-ops=10000", "--max-request-bytes=10485760"];
    expect(settings(args)).toMatchObject({ maxTxnOps: 10_000, maxRequestBytes: 10_485_760 });
  });

  test.each([
    [[], 600_000],
    [["--watch-progress-notify-interval=0s"], 600_000],
    [["--experimental-watch-progress-notify-interval=5m"], 300_000],
    [
      ["--experimental-watch-progress-notify-interval=5m", "--watch-progress-notify-interval=1s"],
      1000,
    ],
  ])("%j: watchers are told every %i ms", (args, millis) => {
    expect(settings(args).watchProgressNotifyMs).toBe(millis);
  });

  test("history is kept for a time or for a number of revisions", () => {
    expect(settings(["--auto-compaction-retention=8"]).autoCompaction).toEqual({
      mode: "periodic",
      retentionMillis: 8 * 3_600_000,
    });
    const args = ["--auto-compaction-retention", "1000", "--auto-compaction-mode", "revision"];
    expect(settings(args).autoCompaction).toEqual({ mode: "revision", retention: 1000 });
  });
});

describe("what etcd knows and we do not", () => {
  test("a harmless flag is named in a warning", () => {
    const { values, warnings } = given(["--max-wals=3"], { ETCD_BCRYPT_COST: "4" });
    expect(values.size).toBe(0);
    expect(warnings).toEqual([
      "ETCD_BCRYPT_COST has no effect here: it has no effect without authentication, which is not built yet",
      "--max-wals has no effect here: log files are removed as soon as a snapshot covers them",
    ]);
  });

  test("a value that asks for nothing passes in silence", () => {
    const args = [
      "--client-cert-auth=false",
      "--cert-file=",
      "--auth-token=simple",
      "--quota-backend-bytes=0",
    ];
    expect(given(args).warnings).toEqual([]);
  });

  test("a variable nobody knows is named in a warning", () => {
    expect(given([], { ETCD_NAMES: "x", QUORATE_ENDPOINTS: "y", OTHER: "z" }).warnings).toEqual([
      "the variable ETCD_NAMES is not a setting of the server and has no effect",
    ]);
  });

  test("seldom meant settings are named", () => {
    const cluster = "default=http://a:2380,b=http://b:2380";
    const args = [`--initial-cluster=${cluster}`, "--initial-advertise-peer-urls=http://a:2380"];
    expect(
      settingWarnings(settings([...args, "--listen-client-urls=http://0.0.0.0:2379"])),
    ).toEqual([
      "clients on other machines cannot use the advertised http://0.0.0.0:2379: set --advertise-client-urls",
      'the member is called "default": give every member its own --name',
    ]);
  });

  test("every flag that is acted on is a setting, and every setting is one", () => {
    const acted = Object.keys(ETCD_FLAGS).filter(
      (name) => ETCD_FLAGS[name]?.handling.kind === "acted",
    );
    expect(acted.sort()).toEqual([...SETTING_FLAGS, "config-file", "version"].sort());
  });
});

/** Command line, then what the error must say; the whole text, so that a worse one is noticed. */
const REFUSALS: readonly (readonly [readonly string[], string])[] = [
  [["--nam=m1"], "unknown flag --nam: did you mean --name?"],
  [["--snapshot-cuont", "5"], "unknown flag --snapshot-cuont: did you mean --snapshot-count?"],
  [["--zzz"], "unknown flag --zzz: `quorate server --help` lists them"],
  [
    ["m1"],
    '"m1" is not a flag: `quorate server` takes flags only, as --name value or --name=value',
  ],
  [
    ["---name"],
    '"---name" is not a flag: `quorate server` takes flags only, as --name value or --name=value',
  ],
  [
    ["--"],
    '"--" is not a flag: `quorate server` takes flags only, as --name value or --name=value',
  ],
  [
    ["--pre-vote", "false"],
    '"false" is not a flag: `quorate server` takes flags only, as --name value or --name=value',
  ],
  [["--name"], "--name needs a value: write --name=VALUE"],
  [["--name="], "--name: must not be empty nor hold spaces, commas, slashes or ="],
  [["--name=a b"], "--name: must not be empty nor hold spaces, commas, slashes or ="],
  [["--data-dir="], "--data-dir: must name a directory"],
  [
    ["--initial-cluster="],
    "--initial-cluster: an entry is empty: write name=http://host:port, separated by commas",
  ],
  [
    ["--initial-cluster=http://h:1"],
    '--initial-cluster: "http://h:1" has no "=": write name=http://host:port',
  ],
  [
    ["--initial-cluster==http://h:1"],
    '--initial-cluster: "=http://h:1" has no name: write name=http://host:port',
  ],
  [
    ["--initial-cluster=a=h:1"],
    '--initial-cluster: member "a": "h:1" has no scheme: write http://h:1',
  ],
  [
    ["--initial-cluster=a=http://h"],
    '--initial-cluster: member "a": "http://h" has no port: write http://host:port',
  ],
  [
    ["--initial-cluster=a=http://h:1,"],
    "--initial-cluster: an entry is empty: write name=http://host:port, separated by commas",
  ],
  [
    ["--initial-cluster=a=http://h:1,a=http://h:2"],
    '--initial-cluster: the name "a" stands twice: every member needs its own, with one URL',
  ],
  [
    ["--initial-cluster=a=http://h:1,b=http://H:1"],
    '--initial-cluster: "a" and "b" have the same URL http://h:1',
  ],
  [
    ["--name=c", "--initial-cluster=a=http://h:1,b=http://h:2"],
    "--initial-cluster: it lists a, b but not this member: add c=… or set --name to one of them",
  ],
  [
    ["--name=a", "--initial-cluster=a=http://h:1,b=http://h:2"],
    "--initial-cluster: it has a=http://h:1, but --initial-advertise-peer-urls is http://localhost:2380: make them the same",
  ],
  [
    [
      "--name=a",
      "--initial-advertise-peer-urls=http://0.0.0.0:1",
      "--initial-cluster=a=http://0.0.0.0:1,b=http://h:2",
    ],
    "--initial-cluster: other members cannot reach http://0.0.0.0:1: write the address of that machine",
  ],
  [
    ["--listen-client-urls=2379"],
    '--listen-client-urls: "2379" has no scheme: write http://127.0.0.1:2379',
  ],
  [
    ["--listen-client-urls=https://127.0.0.1:1"],
    '--listen-client-urls: "https://127.0.0.1:1" asks for TLS, which is not built yet: write http://',
  ],
  [
    ["--listen-peer-urls=unix://x:1"],
    '--listen-peer-urls: "unix://x:1" is a Unix socket, which is not supported: write http://127.0.0.1:port',
  ],
  [
    ["--listen-peer-urls=ftp://x:1"],
    '--listen-peer-urls: "ftp://x:1" has the scheme ftp: write http://',
  ],
  [
    ["--listen-peer-urls=http://x:1"],
    "--listen-peer-urls: http://x:1 names a host: listen on an IP address, such as http://0.0.0.0:1",
  ],
  [
    ["--listen-peer-urls=http://:1"],
    '--listen-peer-urls: "http://:1" has no host: write http://127.0.0.1:1',
  ],
  [
    ["--listen-peer-urls=http://127.0.0.1:0"],
    "--listen-peer-urls: http://127.0.0.1:0 has port 0: others must know the port, so choose one",
  ],
  [
    ["--listen-peer-urls=http://127.0.0.1:70000"],
    '--listen-peer-urls: "http://127.0.0.1:70000" has port 70000: ports end at 65535',
  ],
  [
    ["--listen-peer-urls=http://[::zz]:1"],
    '--listen-peer-urls: "http://[::zz]:1" is not a URL: write http://host:port',
  ],
  [
    ["--listen-peer-urls=http://[::1::]:1"],
    '--listen-peer-urls: "http://[::1::]:1": [::1::] is not an IPv6 address',
  ],
  [
    ["--listen-peer-urls=http://127.0.0.1:1/x"],
    '--listen-peer-urls: "http://127.0.0.1:1/x" has a path: write http://host:port and nothing behind it',
  ],
  [
    ["--listen-peer-urls=http://127.0.0.1:1,http://127.0.0.1:1"],
    "--listen-peer-urls: http://127.0.0.1:1 is listed twice",
  ],
  [
    ["--listen-peer-urls=http://127.0.0.1:1", "--listen-client-urls=http://127.0.0.1:1"],
    "--listen-client-urls: http://127.0.0.1:1 is also in --listen-peer-urls: use another port",
  ],
  [
    ["--listen-metrics-urls=http://127.0.0.1:1", "--listen-client-urls=http://127.0.0.1:1"],
    "--listen-metrics-urls: http://127.0.0.1:1 is also in --listen-client-urls: use another port",
  ],
  [
    ["--listen-metrics-urls=http://127.0.0.1:1", "--listen-peer-urls=http://127.0.0.1:1"],
    "--listen-metrics-urls: http://127.0.0.1:1 is also in --listen-peer-urls: use another port",
  ],
  [
    ["--listen-metrics-urls=https://127.0.0.1:1"],
    '--listen-metrics-urls: "https://127.0.0.1:1" asks for TLS, which is not built yet: write http://',
  ],
  [["--listen-client-urls="], "--listen-client-urls: a URL is empty: write http://host:port"],
  [["--metrics=all"], '--metrics: "all" is not one of basic, extensive'],
  [
    ["--initial-advertise-peer-urls=http://a:1,http://b:1", "--initial-cluster=default=http://a:1"],
    "--initial-advertise-peer-urls: a member has one peer URL here: keep the one that all others reach",
  ],
  [
    ["--heartbeat-interval=fast"],
    '--heartbeat-interval: "fast" is not a whole number of milliseconds from 1 to 50000',
  ],
  [
    ["--heartbeat-interval=0"],
    '--heartbeat-interval: "0" is not a whole number of milliseconds from 1 to 50000',
  ],
  [
    ["--election-timeout=60000"],
    '--election-timeout: "60000" is not a whole number of milliseconds from 1 to 50000',
  ],
  [
    ["--heartbeat-interval=300"],
    "--election-timeout: 1000 is too short: make it at least 5 times --heartbeat-interval (300)",
  ],
  [
    ["--snapshot-count=-1"],
    '--snapshot-count: "-1" is not a whole number of entries from 1 to 1000000000',
  ],
  [["--quota-backend-bytes=2GiB"], '--quota-backend-bytes: "2GiB" is not a whole number of bytes'],
  [["--max-txn-ops=0"], '--max-txn-ops: "0" is not a whole number of operations from 1 to 10000'],
  [
    ["--max-request-bytes=10485761"],
    '--max-request-bytes: "10485761" is not a whole number of bytes from 1 to 10485760',
  ],
  [
    ["--auto-compaction-mode=both"],
    '--auto-compaction-mode: "both" is not one of periodic, revision',
  ],
  [
    ["--auto-compaction-retention=soon"],
    '--auto-compaction-retention: "soon" is not a time: write hours, such as 8, or 30m, or 1h30m',
  ],
  [
    ["--auto-compaction-mode=revision", "--auto-compaction-retention=1h"],
    '--auto-compaction-retention: "1h" is not a number of revisions: write one, or use --auto-compaction-mode=periodic',
  ],
  [
    ["--watch-progress-notify-interval=99ms"],
    '--watch-progress-notify-interval: "99ms" is not a time from 100ms up: write one as 30s, 10m or 1h',
  ],
  [["--initial-cluster-state=old"], '--initial-cluster-state: "old" is not one of new, existing'],
  [
    ["--log-level=loud"],
    '--log-level: "loud" is not one of debug, info, warn, error, panic, fatal',
  ],
  [
    ["--cert-file=x", "--force-new-cluster"],
    "--cert-file is not supported: TLS is not built yet: put a TLS-terminating proxy or a private network in front, and remove the flag\n" +
      "--force-new-cluster is not supported: a lone member cannot be cut out of a cluster yet: make a new one with `quorate snapshot restore`",
  ],
];

describe("refused", () => {
  test.each(REFUSALS)("%j", (args, message) => {
    expect(refusal(args)).toBe(message);
  });

  test("a variable is named as such", () => {
    expect(refusal([], { ETCD_SNAPSHOT_COUNT: "x" })).toMatch(/^ETCD_SNAPSHOT_COUNT: "x" is not/);
    expect(refusal([], { QUORATE_AUTO_TLS: "true" })).toMatch(
      /^QUORATE_AUTO_TLS is not supported: TLS/,
    );
  });

  test.each([
    ["missing", null, /^--config-file .*missing cannot be read: ENOENT/],
    ["list", "- a\n- b\n", /must hold etcd's keys, such as "name: m1"$/],
    ["broken", "name: [", /is not YAML: /],
    ["unknown", "nmae: m1\n", /^unknown key nmae in .*unknown: did you mean name\?$/],
    ["map", "name: {a: b}\n", /^name in .*map must be a text, a number, true or false$/],
    [
      "tls",
      "client-transport-security:\n  cert-file: x\n",
      /^client-transport-security\.cert-file in .* is not supported: TLS/,
    ],
    [
      "peertls",
      "peer-transport-security:\n  client-cert-auth: true\n",
      /^peer-transport-security\.client-cert-auth in .* is not supported/,
    ],
    [
      "number",
      "snapshot-count: many\n",
      /^snapshot-count in .*number: "many" is not a whole number/,
    ],
  ])("configuration file: %s", (name, text, message) => {
    const path = text === null ? join(directory, name) : file(name, text);
    expect(refusal(["--config-file", path])).toMatch(message);
  });

  test("neutral sections of etcd's sample file pass", () => {
    const path = file(
      "sample",
      `name: 'default'
data-dir:
wal-dir:
snapshot-count: 10000
heartbeat-interval: 100
election-timeout: 1000
quota-backend-bytes: 0
listen-peer-urls: http://localhost:2380
listen-client-urls: http://localhost:2379
max-snapshots: 5
cors:
initial-advertise-peer-urls: http://localhost:2380
advertise-client-urls: http://localhost:2379
discovery:
initial-cluster:
initial-cluster-token: 'etcd-cluster'
initial-cluster-state: 'new'
strict-reconfig-check: false
enable-pprof: true
proxy: 'off'
client-transport-security:
  cert-file:
  client-cert-auth: false
  auto-tls: false
peer-transport-security:
  cert-file:
  allowed-cn:
log-level: debug
logger: zap
log-outputs: [stderr]
force-new-cluster: false
auto-compaction-mode: periodic
auto-compaction-retention: "0"
`,
    );
    expect(settings(["--config-file", path])).toMatchObject({ name: "default", logLevel: "debug" });
  });
});
