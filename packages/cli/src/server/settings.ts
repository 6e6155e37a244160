import { z } from "zod";
import type { AutoCompaction } from "@quorate/kv";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { COMPACTION_MODES, parseRetention } from "./auto-compaction.ts";
import type { Given } from "./given.ts";
import { parseGoDuration } from "./go-duration.ts";
import { ownEntryProblem, parseInitialCluster, type InitialMember } from "./initial-cluster.ts";
import { oneOf, readBy, wholeNumber } from "./setting-types.ts";
import { advertiseProblem, isWildcard, listenProblem, parseUrls, type MemberUrl } from "./urls.ts";

/** The levels of a log, least severe first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "panic", "fatal"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["json", "console"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
const METRICS_KINDS = ["basic", "extensive"] as const;
export type MetricsKind = (typeof METRICS_KINDS)[number];

/** Everything that a member is started with, checked. */
export interface ServerSettings {
  readonly name: string;
  readonly dataDir: string;
  readonly listenClientUrls: readonly MemberUrl[];
  readonly listenMetricsUrls: readonly MemberUrl[];
  readonly advertiseClientUrls: readonly MemberUrl[];
  readonly listenPeerUrls: readonly MemberUrl[];
  readonly initialAdvertisePeerUrls: readonly MemberUrl[];
  readonly initialCluster: readonly InitialMember[];
  readonly initialClusterState: "new" | "existing";
  readonly initialClusterToken: string;
  readonly heartbeatMs: number;
  readonly electionMs: number;
  readonly snapshotCount: number;
  /** Null: as much as there is. */
  readonly quotaBytes: number | null;
  readonly maxTxnOps: number;
  readonly maxRequestBytes: number;
  /** Null: by hand only. */
  readonly autoCompaction: AutoCompaction | null;
  readonly watchProgressNotifyMs: number;
  readonly metrics: MetricsKind;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** A zoo.cfg: the process is a server of that ensemble as well. */
  readonly zooKeeperConfig: string | null;
}

/** etcd's own bound on `--election-timeout`. */
const ELECTION_MS_MAX = 50_000;
/** etcd's own bound on how much longer an election waits than a heartbeat takes. */
const ELECTION_PER_HEARTBEAT = 5;
const NAME_LENGTH_MAX = 128;
/** What etcd takes for 0. */
const QUOTA_BYTES_DEFAULT = 2 * 1024 * 1024 * 1024;
/** A larger transaction or request would hold up everybody else. */
const TXN_OPS_MAX = 10_000;
const REQUEST_BYTES_MAX = 10 * 1024 * 1024;
/** etcd's own bound on `--watch-progress-notify-interval`, and what it takes for 0. */
const PROGRESS_MS_MIN = 100;
const PROGRESS_MS_DEFAULT = 600_000;

type UrlsCheck = (urls: readonly MemberUrl[]) => string | null;

const urls = (check: UrlsCheck, atLeast: 0 | 1 = 1): z.ZodType<readonly MemberUrl[], string> =>
  z.string().transform((text, context) => {
    if (text === "" && atLeast === 0) return [];
    const parsed = parseUrls(text);
    const problem = "problem" in parsed ? parsed.problem : check(parsed);
    if (problem === null && !("problem" in parsed)) return parsed;
    context.addIssue({ code: "custom", message: problem ?? "is not a list of URLs" });
    return z.NEVER;
  });

const listenable: UrlsCheck = (list) => firstProblem(list, listenProblem);
const advertisable: UrlsCheck = (list) => firstProblem(list, advertiseProblem);
const advertisableOnce: UrlsCheck = (list) =>
  list.length > 1
    ? "a member has one peer URL here: keep the one that all others reach"
    : advertisable(list);

function firstProblem(
  list: readonly MemberUrl[],
  problemOf: (url: MemberUrl) => string | null,
): string | null {
  for (const url of list) {
    const problem = problemOf(url);
    if (problem !== null) return problem;
  }
  return null;
}

const progressInterval = readBy(
  (text) => {
    const millis = parseGoDuration(text);
    if (millis === 0) return PROGRESS_MS_DEFAULT;
    return millis !== null && millis >= PROGRESS_MS_MIN && Number.isSafeInteger(Math.round(millis))
      ? Math.round(millis)
      : null;
  },
  (text) => `"${text}" is not a time from 100ms up: write one as 30s, 10m or 1h`,
);

const schema = z.object({
  name: z
    .string()
    .max(NAME_LENGTH_MAX, `is longer than ${NAME_LENGTH_MAX} characters: choose a shorter one`)
    .regex(/^[^\s,=/\\]+$/, "must not be empty nor hold spaces, commas, slashes or ="),
  "data-dir": z.string().min(1, "must name a directory"),
  "listen-client-urls": urls(listenable),
  "listen-metrics-urls": urls(listenable, 0),
  "advertise-client-urls": urls(advertisable),
  "listen-peer-urls": urls(listenable),
  "initial-advertise-peer-urls": urls(advertisableOnce),
  "initial-cluster": z.string().transform((text, context) => {
    const parsed = parseInitialCluster(text);
    if (!("problem" in parsed)) return parsed;
    context.addIssue({ code: "custom", message: parsed.problem });
    return z.NEVER;
  }),
  "initial-cluster-state": oneOf("new", "existing"),
  "initial-cluster-token": z.string().min(1, "must not be empty"),
  "heartbeat-interval": wholeNumber(1, ELECTION_MS_MAX, "milliseconds"),
  "election-timeout": wholeNumber(1, ELECTION_MS_MAX, "milliseconds"),
  "snapshot-count": wholeNumber(1, 1_000_000_000, "entries"),
  metrics: oneOf(...METRICS_KINDS),
  "quota-backend-bytes": readBy(
    (text) => (/^-?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null),
    (text) => `"${text}" is not a whole number of bytes`,
  ),
  "max-txn-ops": wholeNumber(1, TXN_OPS_MAX, "operations"),
  "max-request-bytes": wholeNumber(1, REQUEST_BYTES_MAX, "bytes"),
  "auto-compaction-mode": oneOf(...COMPACTION_MODES),
  "auto-compaction-retention": z.string(),
  "watch-progress-notify-interval": progressInterval,
  "experimental-watch-progress-notify-interval": progressInterval.optional(),
  "log-level": oneOf(...LOG_LEVELS),
  "log-format": oneOf(...LOG_FORMATS),
  "zookeeper-config": z.string().min(1, "must name a zoo.cfg").optional(),
});

/** The flags that a start acts on; `config-file` and `version` are dealt with before. */
export const SETTING_FLAGS: readonly string[] = Object.keys(schema.shape);

/**
 * Checks what was given and fills in etcd's defaults.
 *
 * @param console whether logs go to a person by default
 * @throws `CliError` (usage) with one line per wrong setting, each naming it and the remedy
 */
export function toSettings(values: ReadonlyMap<string, Given>, console: boolean): ServerSettings {
  const given = withDefaults(values, console);
  const checked = schema.safeParse(Object.fromEntries(given));
  if (!checked.success) {
    throw new CliError(EXIT.usage, issueLines(checked.error.issues, values).join("\n"));
  }
  const retained = parseRetention(
    checked.data["auto-compaction-mode"],
    checked.data["auto-compaction-retention"],
  );
  if (retained !== null && "problem" in retained) {
    const flag = "auto-compaction-retention";
    throw new CliError(EXIT.usage, `${values.get(flag)?.from ?? `--${flag}`}: ${retained.problem}`);
  }
  const settings = named(checked.data, retained);
  const problem = crossProblem(settings, values);
  if (problem) throw new CliError(EXIT.usage, problem);
  return settings;
}

/** One line per wrong setting; defaults that were derived from a wrong one are not blamed. */
function issueLines(
  issues: readonly z.core.$ZodIssue[],
  values: ReadonlyMap<string, Given>,
): string[] {
  const lines = issues.map((issue) => {
    const flag = String(issue.path[0]);
    const from = values.get(flag)?.from;
    return { given: from !== undefined, text: `${from ?? `--${flag}`}: ${issue.message}` };
  });
  const given = lines.filter((line) => line.given);
  return (given.length > 0 ? given : lines).map((line) => line.text);
}

/** What a user should hear about settings that are right but seldom meant. */
export function settingWarnings(settings: ServerSettings): readonly string[] {
  const warnings: string[] = [];
  for (const { url, host } of settings.advertiseClientUrls) {
    if (!isWildcard(host)) continue;
    warnings.push(
      `clients on other machines cannot use the advertised ${url}: set --advertise-client-urls`,
    );
  }
  if (settings.name === "default" && settings.initialCluster.length > 1) {
    warnings.push('the member is called "default": give every member its own --name');
  }
  return warnings;
}

function withDefaults(values: ReadonlyMap<string, Given>, console: boolean): Map<string, string> {
  const texts = new Map([...values].map(([flag, { value }]) => [flag, value]));
  const fallback = (flag: string, text: string): void => {
    if (!texts.has(flag)) texts.set(flag, text);
  };
  fallback("name", "default");
  fallback("data-dir", `${texts.get("name") ?? ""}.quorate`);
  fallback("listen-client-urls", "http://localhost:2379");
  fallback("listen-metrics-urls", "");
  fallback("advertise-client-urls", texts.get("listen-client-urls") ?? "");
  fallback("listen-peer-urls", "http://localhost:2380");
  fallback("initial-advertise-peer-urls", "http://localhost:2380");
  fallback(
    "initial-cluster",
    `${texts.get("name") ?? ""}=${texts.get("initial-advertise-peer-urls") ?? ""}`,
  );
  fallback("initial-cluster-state", "new");
  fallback("initial-cluster-token", "etcd-cluster");
  fallback("heartbeat-interval", "100");
  fallback("election-timeout", "1000");
  fallback("snapshot-count", "10000");
  fallback("quota-backend-bytes", "0");
  fallback("max-txn-ops", "128");
  fallback("max-request-bytes", "1572864");
  fallback("auto-compaction-mode", "periodic");
  fallback("auto-compaction-retention", "0");
  fallback(
    "watch-progress-notify-interval",
    texts.get("experimental-watch-progress-notify-interval") ?? "0",
  );
  fallback("metrics", "basic");
  fallback("log-level", "info");
  fallback("log-format", console ? "console" : "json");
  return texts;
}

function named(
  data: z.output<typeof schema>,
  autoCompaction: AutoCompaction | null,
): ServerSettings {
  const quota = data["quota-backend-bytes"];
  return {
    name: data.name,
    dataDir: data["data-dir"],
    listenClientUrls: data["listen-client-urls"],
    listenMetricsUrls: data["listen-metrics-urls"],
    advertiseClientUrls: data["advertise-client-urls"],
    listenPeerUrls: data["listen-peer-urls"],
    initialAdvertisePeerUrls: data["initial-advertise-peer-urls"],
    initialCluster: data["initial-cluster"],
    initialClusterState: data["initial-cluster-state"],
    initialClusterToken: data["initial-cluster-token"],
    heartbeatMs: data["heartbeat-interval"],
    electionMs: data["election-timeout"],
    snapshotCount: data["snapshot-count"],
    quotaBytes: quota < 0 ? null : quota || QUOTA_BYTES_DEFAULT,
    maxTxnOps: data["max-txn-ops"],
    maxRequestBytes: data["max-request-bytes"],
    autoCompaction,
    watchProgressNotifyMs: data["watch-progress-notify-interval"],
    metrics: data.metrics,
    logLevel: data["log-level"],
    logFormat: data["log-format"],
    zooKeeperConfig: data["zookeeper-config"] ?? null,
  };
}

/** What is wrong between two settings that are each right. */
function crossProblem(settings: ServerSettings, values: ReadonlyMap<string, Given>): string | null {
  const from = (flag: string): string => values.get(flag)?.from ?? `--${flag}`;
  const { name, heartbeatMs, electionMs } = settings;
  if (electionMs < ELECTION_PER_HEARTBEAT * heartbeatMs) {
    const least = `at least ${ELECTION_PER_HEARTBEAT} times --heartbeat-interval (${heartbeatMs})`;
    return `${from("election-timeout")}: ${electionMs} is too short: make it ${least}`;
  }
  const clash =
    clashOf(settings.listenClientUrls, settings.listenPeerUrls, "client", "peer") ??
    clashOf(settings.listenMetricsUrls, settings.listenClientUrls, "metrics", "client") ??
    clashOf(settings.listenMetricsUrls, settings.listenPeerUrls, "metrics", "peer");
  if (clash !== null) {
    const { url, flag, other } = clash;
    return `${from(flag)}: ${url} is also in --${other}: use another port`;
  }
  const unreachable = settings.initialCluster.find(({ peerUrl }) => isWildcard(peerUrl.host));
  if (unreachable && settings.initialCluster.length > 1) {
    const { url } = unreachable.peerUrl;
    return `${from("initial-cluster")}: other members cannot reach ${url}: write the address of that machine`;
  }
  const own = ownEntryProblem(name, settings.initialAdvertisePeerUrls, settings.initialCluster);
  return own ? `${from("initial-cluster")}: ${own}` : null;
}

type ListenedFor = "client" | "peer" | "metrics";

/** A URL that is listened on for two purposes. */
function clashOf(
  list: readonly MemberUrl[],
  others: readonly MemberUrl[],
  what: ListenedFor,
  other: ListenedFor,
): { readonly url: string; readonly flag: string; readonly other: string } | null {
  const shared = list.find(({ url }) => others.some((another) => another.url === url));
  if (shared === undefined) return null;
  return { url: shared.url, flag: `listen-${what}-urls`, other: `listen-${other}-urls` };
}
