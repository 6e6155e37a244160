/**
 * The process of `quorate`.
 *
 * @packageDocumentation
 */
import { run } from "./run.ts";
import { nodeTerminal } from "./terminal/node-terminal.ts";

const exitCode = await run(process.argv.slice(2), nodeTerminal());
// Where pipes are asynchronous, exiting would cut off what is still on its way.
await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
// A pending handle, such as a half-open connection, must not keep a finished command alive.
process.exit(exitCode);
