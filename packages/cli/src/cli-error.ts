import { QuorateError, type ErrorCode } from "@quorate/core";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** An error for people: one message that names the thing and the remedy, and how to exit. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  /** For programs that read `--json`: closed per exit code, except for what a server answered. */
  readonly code: string;

  constructor(exitCode: ExitCode, message: string, options?: { cause?: unknown; code?: string }) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = options?.code ?? CODE_OF_EXIT[exitCode];
  }
}

/** Whatever was thrown, as an error for people. */
export function toCliError(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof QuorateError) {
    const { code } = thrown;
    return new CliError(EXIT_OF[code], thrown.message, { cause: thrown, code });
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const message = `unexpected failure: ${text} (a bug; run again with --verbose and report it)`;
  return new CliError(EXIT.internal, message, { cause: thrown });
}

const CODE_OF_EXIT: Readonly<Record<ExitCode, string>> = {
  [EXIT.ok]: "OK",
  [EXIT.failed]: "FAILED",
  [EXIT.usage]: "USAGE",
  [EXIT.unavailable]: "UNAVAILABLE",
  [EXIT.data]: "DATA",
  [EXIT.address]: "ADDRESS",
  [EXIT.stopped]: "STOPPED",
  [EXIT.internal]: "INTERNAL",
  [EXIT.interrupted]: "INTERRUPTED",
};

const EXIT_OF: Readonly<Record<ErrorCode, ExitCode>> = {
  ERR_INVARIANT: EXIT.internal,
  ERR_MALFORMED: EXIT.failed,
  ERR_LIMIT: EXIT.failed,
  ERR_STORAGE_FAILED: EXIT.stopped,
  ERR_STORAGE_FULL: EXIT.data,
  ERR_STORAGE_CORRUPT: EXIT.data,
  ERR_STORAGE_LOCKED: EXIT.data,
  ERR_STORAGE_FOREIGN: EXIT.data,
  ERR_STORAGE_VERSION: EXIT.data,
  ERR_WRONG_CLUSTER: EXIT.data,
  ERR_CONFIGURATION: EXIT.usage,
  ERR_ADDRESS: EXIT.address,
  ERR_NO_LEADER: EXIT.unavailable,
  ERR_NOT_LEADER: EXIT.unavailable,
  ERR_LEADER_CHANGED: EXIT.unavailable,
  ERR_TRANSFEREE: EXIT.failed,
  ERR_OVERLOADED: EXIT.unavailable,
  ERR_TIMEOUT: EXIT.unavailable,
  ERR_UNSUPPORTED: EXIT.failed,
  ERR_STOPPED: EXIT.unavailable,
};
