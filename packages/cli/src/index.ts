/**
 * The `quorate` command line as a function, for programs and tests that want to run it in their
 * own process.
 *
 * @example
 * ```ts
 * import { nodeTerminal, run } from "@quorate/cli";
 *
 * process.exitCode = await run(["--version"], nodeTerminal());
 * // → <version>
 * ```
 *
 * Read in this order: `run`, `commands/*`, `server/etcd-flags`, `server/settings`,
 * `server/run-server`, `dev/run-dev`, `client/etcd-client`, `zookeeper/read-zoo-settings`,
 * `zookeeper-client/zookeeper-session`.
 *
 * @packageDocumentation
 */
export { run } from "./run.ts";
export { EXIT, EXIT_MEANINGS, type ExitCode, type ExitCodeMeaning } from "./exit-codes.ts";
export { nodeTerminal } from "./terminal/node-terminal.ts";
export type { Output, Terminal } from "./terminal/terminal.ts";
