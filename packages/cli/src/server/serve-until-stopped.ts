import type { QuorateError } from "@quorate/core";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Logger } from "../log/logger.ts";

/** Called once when a member cannot go on. */
export type OnFatal = (error: QuorateError) => void;

/**
 * Runs what is started until the process is asked to stop.
 *
 * @param start - starts them; what it is given is called when one cannot go on
 * @throws `CliError` when one had to stop itself
 */
export async function serveUntilStopped(
  start: (onFatal: OnFatal) => Promise<{ close(): Promise<void> }>,
  log: Logger,
  stop: AbortSignal,
): Promise<ExitCode> {
  let onFatal: OnFatal = () => undefined;
  const fatal = new Promise<QuorateError>((resolve) => {
    onFatal = resolve;
  });
  const asked = new Promise<null>((resolve) => {
    stop.addEventListener("abort", () => resolve(null), { once: true });
    if (stop.aborted) resolve(null);
  });
  const running = await start(onFatal);
  const failure = await Promise.race([fatal, asked]);
  if (failure)
    throw new CliError(EXIT.stopped, failure.message, { cause: failure, code: failure.code });
  log.info("stopping");
  await running.close();
  log.info("stopped");
  return EXIT.ok;
}
