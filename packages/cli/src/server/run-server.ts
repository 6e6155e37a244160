import { readdirSync } from "node:fs";
import type { MemberOptions } from "@quorate/kv";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { createLogger, type Logger } from "../log/logger.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { readVersion } from "../version.ts";
import { zooKeeperMemberOptions } from "../zookeeper/member-options.ts";
import { readZooSettings } from "../zookeeper/read-zoo-settings.ts";
import { gather } from "./given.ts";
import { parseGoFlags } from "./go-flags.ts";
import { serverHelp } from "./server-help.ts";
import { serveUntilStopped, type OnFatal } from "./serve-until-stopped.ts";
import { settingWarnings, toSettings, type ServerSettings } from "./settings.ts";
import { bindUrl } from "./urls.ts";

/**
 * Runs one member until it is asked to stop.
 *
 * @throws `CliError` when it cannot start, or when it had to stop itself
 */
export async function runServer(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { flags, help } = parseGoFlags(args);
  if (help) {
    terminal.out.write(serverHelp());
    return EXIT.ok;
  }
  const { values, warnings } = gather(flags, terminal.env);
  if (values.get("version")?.value === "true") {
    terminal.out.write(`quorate ${readVersion()}\n`);
    return EXIT.ok;
  }
  const settings = toSettings(values, terminal.err.isTerminal);
  const log = createLogger(terminal.err, settings.logLevel, settings.logFormat);
  for (const warning of [...warnings, ...settingWarnings(settings)]) log.warn(warning);
  refuseJoining(settings);
  return serve(settings, log, terminal.stop);
}

/** Joining needs a change of membership, which does not exist yet; a restart is no joining. */
function refuseJoining({ initialClusterState, dataDir }: ServerSettings): void {
  if (initialClusterState === "new" || !isEmpty(dataDir)) return;
  const remedy = "start all members of a new cluster together with --initial-cluster-state new";
  throw new CliError(
    EXIT.usage,
    `--initial-cluster-state existing: a member cannot join a running cluster yet: ${remedy}`,
  );
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    // Whatever else is wrong with it, the storage says so.
    return true;
  }
}

async function serve(settings: ServerSettings, log: Logger, stop: AbortSignal): Promise<ExitCode> {
  const zooKeeper = readZooKeeper(settings, log);
  // Loaded only now: a wrong flag is reported without waiting for it.
  const { startBoth, startMember } = await import("@quorate/kv");
  const etcd = memberOptions(settings);
  const start = (onFatal: OnFatal): ReturnType<typeof startMember | typeof startBoth> => {
    const daemon = { log, onFatal };
    return zooKeeper === null
      ? startMember({ ...etcd, ...daemon })
      : startBoth({ ...etcd, ...daemon }, { ...zooKeeper, ...daemon });
  };
  return serveUntilStopped(start, log, stop);
}

function readZooKeeper(
  { zooKeeperConfig }: ServerSettings,
  log: Logger,
): ReturnType<typeof zooKeeperMemberOptions> | null {
  if (zooKeeperConfig === null) return null;
  const { settings, warnings } = readZooSettings(zooKeeperConfig);
  for (const warning of warnings) log.warn(warning);
  return zooKeeperMemberOptions(settings);
}

function memberOptions(settings: ServerSettings): Omit<MemberOptions, "log" | "onFatal"> {
  return {
    name: settings.name,
    dataDir: settings.dataDir,
    listenPeerUrls: settings.listenPeerUrls.map(bindUrl),
    listenClientUrls: settings.listenClientUrls.map(bindUrl),
    listenMetricsUrls: settings.listenMetricsUrls.map(bindUrl),
    metrics: settings.metrics,
    advertiseClientUrls: settings.advertiseClientUrls.map(({ url }) => url),
    initialCluster: settings.initialCluster.map(({ name, peerUrl }) => ({
      name,
      peerUrls: [peerUrl.url],
    })),
    initialClusterToken: settings.initialClusterToken,
    heartbeatMillis: settings.heartbeatMs,
    electionMillis: settings.electionMs,
    snapshotEntries: settings.snapshotCount,
    quotaBytes: settings.quotaBytes,
    txnOpsMax: settings.maxTxnOps,
    requestBytesMax: settings.maxRequestBytes,
    progressNotifyMillis: settings.watchProgressNotifyMs,
    ...(settings.autoCompaction === null ? {} : { autoCompaction: settings.autoCompaction }),
  };
}
