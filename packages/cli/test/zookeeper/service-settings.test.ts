import { ZOOKEEPER_DEFAULTS, type ZooKeeperServiceOptions } from "@quorate/kv";
import { describe, expect, test } from "vitest";
import { zooKeeperMemberOptions } from "../../src/zookeeper/member-options.ts";
import { judgeLines } from "./zoo-files.ts";

function service(...lines: readonly string[]): ZooKeeperServiceOptions {
  const { settings, problems, warnings } = judgeLines(lines);
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  if (settings === null) throw new Error("no settings and no problem");
  return settings.service;
}

test("each key is for one option", () => {
  expect(
    service(
      "maxClientCnxns=0",
      "maxCnxns=500",
      "jute.maxbuffer=4194304",
      "globalOutstandingLimit=2000",
      "extendedTypesEnabled=true",
      "enforceQuota=TRUE",
      "skipACL=yes",
      "DigestAuthenticationProvider.enabled=false",
      "DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=",
      "readonlymode.enabled=true",
      "znode.container.checkIntervalMs=1000",
      "znode.container.maxPerMinute=7",
      "znode.container.maxNeverUsedIntervalMs=300000",
    ),
  ).toEqual({
    ...ZOOKEEPER_DEFAULTS,
    maxClientConnections: 0,
    maxConnections: 500,
    frameBytesMax: 4_194_304,
    outstandingMax: 2000,
    extendedTypes: true,
    enforceQuota: true,
    skipAcl: true,
    digestScheme: false,
    superDigest: "super:D/InIHSb7yEEbrWz8b9l71RjZJU=",
    readOnlyMode: true,
    containers: { checkIntervalMillis: 1000, maxPerMinute: 7, maxNeverUsedMillis: 300_000 },
  });
});

test("a number of bytes may be hexadecimal, as Java reads it", () => {
  expect(service("jute.maxbuffer=0xFFFFF").frameBytesMax).toBe(1_048_575);
});

describe("the AdminServer", () => {
  test.each([
    [[], null],
    [["admin.enableServer=true"], { host: "0.0.0.0", port: 8080, commandUrl: "/commands" }],
    [["admin.serverPort=8081"], { host: "0.0.0.0", port: 8081, commandUrl: "/commands" }],
    [
      ["admin.serverAddress=127.0.0.1", "admin.commandURL=/zk/commands"],
      { host: "127.0.0.1", port: 8080, commandUrl: "/zk/commands" },
    ],
    [["admin.serverPort=8081", "admin.enableServer=false"], null],
  ])("of %j", (lines, admin) => {
    expect(service(...lines).admin).toEqual(admin);
  });
});

describe("metrics", () => {
  const prometheus =
    "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider";

  test.each([
    [[prometheus], { host: "0.0.0.0", port: 7000 }],
    [
      [prometheus, "metricsProvider.httpHost=::1", "metricsProvider.httpPort=7001"],
      { host: "::1", port: 7001 },
    ],
    [[prometheus, "metricsProvider.exportJvmInfo=true"], { host: "0.0.0.0", port: 7000 }],
    [["metricsProvider.httpPort=7001"], null],
    [["metricsProvider.className=org.apache.zookeeper.metrics.impl.NullMetricsProvider"], null],
  ])("of %j", (lines, metrics) => {
    expect(service(...lines).metrics).toEqual(metrics);
  });
});

test("what listens on every address does so on IPv6, too", () => {
  const { settings } = judgeLines(["admin.serverPort=8081"]);
  if (settings === null) throw new Error("no settings");
  const { admin, client } = zooKeeperMemberOptions(settings);
  expect({ admin, client }).toMatchObject({
    admin: { host: "::", port: 8081 },
    client: { host: "::", port: 2181 },
  });
});

test.each([
  [
    "jute.maxbuffer=100",
    'jute.maxbuffer: "100" is not a whole number of bytes from 1024 to 16777216',
  ],
  ["jute.maxbuffer=16777217", /is not a whole number of bytes/],
  ["skipACL=true", 'skipACL: "true" is not one of yes, no'],
  [
    "DigestAuthenticationProvider.superDigest=super:secret",
    'DigestAuthenticationProvider.superDigest: "super:secret" is not user:digest: the digest of user:password is its SHA-1 in base64, 28 characters',
  ],
  ["admin.commandURL=commands", /"commands" is not a path: write one like \/commands/],
  ["admin.serverPort=http", /"http" is not a port/],
  ["metricsProvider.className=Prometheus", /"Prometheus" is not one of org\.apache/],
  ["globalOutstandingLimit=0", /"0" is not a whole number of requests/],
])("refused: %s", (line, problem) => {
  const { problems } = judgeLines([line]);
  expect(problems).toHaveLength(1);
  if (typeof problem === "string") expect(problems).toEqual([`zoo.cfg:3: ${problem}`]);
  else expect(problems[0]).toMatch(problem);
});
