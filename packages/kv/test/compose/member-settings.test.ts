import { QuorateError } from "@quorate/core";
import { expect, test, vi } from "vitest";
import { clusterIdentity } from "../../src/compose/identity.ts";
import type { MemberOptions } from "../../src/compose/member-options.ts";
import { memberSettings } from "../../src/compose/member-settings.ts";

const DIRECTORY = "./somewhere";

test("a directory is enough: the rest is etcd's default, ids included", () => {
  const settings = memberSettings({ dataDir: DIRECTORY });
  expect(settings).toMatchObject({
    name: "default",
    listenPeerUrls: ["http://127.0.0.1:2380"],
    listenClientUrls: ["http://127.0.0.1:2379"],
    heartbeatMillis: 100,
    electionMillis: 1000,
    snapshotEntries: 10_000,
    quotaBytes: 2 ** 31,
  });
  const { cluster, members } = clusterIdentity(
    settings.initialCluster,
    settings.initialClusterToken,
  );
  // As etcd prints them when it is started without flags.
  expect([cluster, members[0]?.id]).toEqual(["cdf818194e3a8c32", "8e9e05c52164694d"]);
});

test("a member alone is called and found as it says", () => {
  const peerUrls = ["http://127.0.0.1:7000"];
  const settings = memberSettings({ dataDir: DIRECTORY, name: "one", listenPeerUrls: peerUrls });
  expect(settings.initialCluster).toEqual([{ name: "one", peerUrls }]);
});

test("a member alone that listens for nobody is a cluster nevertheless", () => {
  const settings = memberSettings({ dataDir: DIRECTORY, listenPeerUrls: [] });
  expect(settings.initialCluster).toEqual([
    { name: "default", peerUrls: ["http://localhost:2380"] },
  ]);
});

test("what is given stands, no quota among it", () => {
  const given = {
    quotaBytes: null,
    heartbeatMillis: 20,
    txnOpsMax: 10_000,
    requestBytesMax: 10 * 1024 * 1024,
    progressNotifyMillis: 100,
    autoCompaction: { mode: "revision", retention: 1 },
  } as const;
  expect(memberSettings({ dataDir: DIRECTORY, ...given })).toMatchObject(given);
});

test("a member that cannot go on does not go unnoticed", () => {
  vi.useFakeTimers();
  const error = new QuorateError("ERR_STORAGE_FAILED", "the disk is gone");
  memberSettings({ dataDir: DIRECTORY }).onFatal(error);
  expect(() => vi.runAllTimers()).toThrow(error);
  vi.useRealTimers();
});

const twice = { name: "one", peerUrls: ["http://127.0.0.1:7000"] };

test.each<[string, Partial<MemberOptions>, string, RegExp]>([
  ["no directory", { dataDir: "" }, "ERR_CONFIGURATION", /^dataDir: name a directory/],
  ["no name", { name: "" }, "ERR_CONFIGURATION", /^name: must not be empty/],
  [
    "a name twice",
    { name: "one", initialCluster: [twice, twice] },
    "ERR_CONFIGURATION",
    /^initialCluster: names "one" twice/,
  ],
  [
    "a member without an address",
    { name: "one", initialCluster: [{ name: "one", peerUrls: [] }] },
    "ERR_CONFIGURATION",
    /^initialCluster: "one" has no peer URL/,
  ],
  ["part of an entry", { snapshotEntries: 0.5 }, "ERR_CONFIGURATION", /^snapshotEntries: 0.5 is/],
  ["no room at all", { quotaBytes: 0 }, "ERR_CONFIGURATION", /^quotaBytes: 0 is .* null/],
  [
    "no operations",
    { txnOpsMax: 0 },
    "ERR_CONFIGURATION",
    /^txnOpsMax: 0 is no .* from 1 to 10000/,
  ],
  [
    "a part of a byte",
    { requestBytesMax: 1.5 },
    "ERR_CONFIGURATION",
    /^requestBytesMax: 1.5 is no/,
  ],
  ["a request too large", { requestBytesMax: 1e8 }, "ERR_CONFIGURATION", /^requestBytesMax: 1/],
  ["a flood", { progressNotifyMillis: 99 }, "ERR_CONFIGURATION", /^progressNotifyMillis: 99 is no/],
  [
    "no time at all",
    { autoCompaction: { mode: "periodic", retentionMillis: 0 } },
    "ERR_CONFIGURATION",
    /^autoCompaction: 0 is no/,
  ],
  [
    "no revision at all",
    { autoCompaction: { mode: "revision", retention: 0 } },
    "ERR_CONFIGURATION",
    /^autoCompaction: 0 is no/,
  ],
  ["a URL without a port", { listenClientUrls: ["http://127.0.0.1"] }, "ERR_ADDRESS", /no port/],
])("%s is refused, naming the option", (_what, options, code, text) => {
  const start = (): unknown => memberSettings({ dataDir: DIRECTORY, ...options });
  expect(start).toThrow(text);
  expect(start).toThrow(expect.objectContaining({ code }));
});
