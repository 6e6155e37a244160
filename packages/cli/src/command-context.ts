import type { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** What a command gets besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Runs a command's action and keeps the code that the process exits with. */
  readonly act: (action: () => Promise<ExitCode>) => Promise<void>;
}
