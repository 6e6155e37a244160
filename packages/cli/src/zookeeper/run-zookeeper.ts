import type { ExitCode } from "../exit-codes.ts";
import { createLogger } from "../log/logger.ts";
import { serveUntilStopped } from "../server/serve-until-stopped.ts";
import type { LogFormat, LogLevel } from "../server/settings.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { zooKeeperMemberOptions } from "./member-options.ts";
import { readZooSettings } from "./read-zoo-settings.ts";

/** What was said on the command line. */
export interface ZooKeeperRequest {
  readonly path: string;
  readonly logLevel: LogLevel;
  /** Null: for people on a terminal, else JSON. */
  readonly logFormat: LogFormat | null;
}

/**
 * Runs one server of an ensemble until it is asked to stop.
 *
 * @throws `CliError` when it cannot start, or when it had to stop itself
 */
export async function runZooKeeper(
  { path, logLevel, logFormat }: ZooKeeperRequest,
  { err, stop }: Terminal,
): Promise<ExitCode> {
  const { settings, warnings } = readZooSettings(path);
  const log = createLogger(err, logLevel, logFormat ?? (err.isTerminal ? "console" : "json"));
  for (const warning of warnings) log.warn(warning);
  // Loaded only now: a wrong file is reported without waiting for it.
  const { startZooKeeperMember } = await import("@quorate/kv");
  const options = zooKeeperMemberOptions(settings);
  return serveUntilStopped(
    (onFatal) => startZooKeeperMember({ ...options, log, onFatal }),
    log,
    stop,
  );
}
