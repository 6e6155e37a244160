import { QuorateError } from "@quorate/core";
import type { AutoCompaction } from "../etcd/api/compaction-plan.ts";
import type { InitialMember } from "./identity.ts";
import { parseListenUrl } from "./listen-url.ts";
import { SILENT } from "./member-log.ts";
import type { MemberOptions } from "./member-options.ts";
import { throwLater } from "./throw-later.ts";

/** What only the start can tell, and what the member's service has its own defaults for. */
type LeftOut =
  | "peering"
  | "advertiseClientUrls"
  | "txnOpsMax"
  | "requestBytesMax"
  | "autoCompaction"
  | "progressNotifyMillis";

/** The options with nothing else left out. */
export type MemberSettings = Required<Omit<MemberOptions, LeftOut>> & Pick<MemberOptions, LeftOut>;

/** A large transaction or request holds up everybody else: a member takes no more than these. */
const BOUNDS = {
  txnOpsMax: [1, 10_000],
  requestBytesMax: [1, 10 * 1024 * 1024],
  progressNotifyMillis: [100, 2 ** 40],
} as const;

/** etcd's own, where it has one: the ids that come of them are etcd's as well. */
const PEER_URL = "http://localhost:2380";
const QUOTA_BYTES = 2 * 1024 * 1024 * 1024;

/**
 * Fills in what was left out, and refuses what cannot work.
 *
 * @throws `ERR_CONFIGURATION` and `ERR_ADDRESS`, naming the option
 */
export function memberSettings(options: MemberOptions): MemberSettings {
  const name = options.name ?? "default";
  const settings: MemberSettings = {
    ...options,
    name,
    listenPeerUrls: options.listenPeerUrls ?? ["http://127.0.0.1:2380"],
    listenClientUrls: options.listenClientUrls ?? ["http://127.0.0.1:2379"],
    listenMetricsUrls: options.listenMetricsUrls ?? [],
    metrics: options.metrics ?? "basic",
    initialCluster: options.initialCluster ?? [{ name, peerUrls: ownPeerUrls(options) }],
    initialClusterToken: options.initialClusterToken ?? "etcd-cluster",
    heartbeatMillis: options.heartbeatMillis ?? 100,
    electionMillis: options.electionMillis ?? 1000,
    snapshotEntries: options.snapshotEntries ?? 10_000,
    quotaBytes: options.quotaBytes === undefined ? QUOTA_BYTES : options.quotaBytes,
    log: options.log ?? SILENT,
    onFatal: options.onFatal ?? throwLater,
  };
  check(settings);
  return settings;
}

function ownPeerUrls({ listenPeerUrls = [] }: MemberOptions): readonly string[] {
  return listenPeerUrls.length > 0 ? listenPeerUrls : [PEER_URL];
}

function check(settings: MemberSettings): void {
  const { dataDir, name, initialCluster, snapshotEntries, quotaBytes } = settings;
  const { listenClientUrls, listenMetricsUrls } = settings;
  if (typeof dataDir !== "string" || dataDir === "") refuse("dataDir: name a directory");
  if (name === "") refuse("name: must not be empty");
  for (const url of listenClientUrls) parseListenUrl(url, "--listen-client-urls");
  for (const url of listenMetricsUrls) parseListenUrl(url, "--listen-metrics-urls");
  checkCluster(initialCluster);
  if (!isCount(snapshotEntries)) refuse(`snapshotEntries: ${snapshotEntries} is no whole number`);
  if (quotaBytes !== null && !isCount(quotaBytes)) {
    refuse(`quotaBytes: ${quotaBytes} is no whole number; give null for no limit`);
  }
  for (const option of ["txnOpsMax", "requestBytesMax", "progressNotifyMillis"] as const) {
    checkBounds(option, settings[option]);
  }
  checkCompaction(settings.autoCompaction);
}

function checkBounds(option: keyof typeof BOUNDS, value: number | undefined): void {
  const [least, most] = BOUNDS[option];
  if (value === undefined || (isCount(value) && value >= least && value <= most)) return;
  refuse(`${option}: ${value} is no whole number from ${least} to ${most}`);
}

function checkCompaction(autoCompaction: AutoCompaction | undefined): void {
  if (autoCompaction === undefined) return;
  const isPeriodic = autoCompaction.mode === "periodic";
  const kept = isPeriodic ? autoCompaction.retentionMillis : autoCompaction.retention;
  if (!isCount(kept)) refuse(`autoCompaction: ${kept} is no whole number from 1`);
}

function checkCluster(members: readonly InitialMember[]): void {
  const names = members.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(`initialCluster: names "${twice}" twice`);
  const homeless = members.find(({ peerUrls }) => peerUrls.length === 0);
  if (homeless !== undefined) refuse(`initialCluster: "${homeless.name}" has no peer URL`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function refuse(why: string): never {
  throw new QuorateError("ERR_CONFIGURATION", why);
}
