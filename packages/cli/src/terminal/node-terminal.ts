import { isatty } from "node:tty";
import { EXIT } from "../exit-codes.ts";
import type { Output, Terminal } from "./terminal.ts";

/** The terminal of this very process. */
export function nodeTerminal(): Terminal {
  const { env } = process;
  let stop: AbortSignal | null = null;
  // A reader that has gone away (`quorate get … | head`) ends the command without a complaint;
  // a daemon whose log nobody reads any more goes on.
  const endQuietly = (): never => process.exit(EXIT.ok);
  return {
    out: outputTo(process.stdout, env, endQuietly),
    err: outputTo(process.stderr, env, () => undefined),
    env,
    readInput,
    inputIsTerminal: isatty(0),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
    // Only commands that have something to stop take the signals over.
    get stop(): AbortSignal {
      return (stop ??= stopSignal());
    },
  };
}

function outputTo(
  stream: NodeJS.WriteStream & { readonly fd: number },
  env: NodeJS.ProcessEnv,
  onReaderGone: () => void,
): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    onReaderGone();
  });
  const isTerminal = isatty(stream.fd);
  return {
    write: (chunk) => void stream.write(chunk),
    isTerminal,
    colours: isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb",
    get columns(): number {
      return stream.columns ?? 80;
    },
  };
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** The first signal asks for a clean stop; the second ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const ask = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  // `quorate dev` starts its members this way, so that none outlives it, however it ends.
  if (process.env["QUORATE_STOP_WITH_PARENT"] && process.channel) {
    process.on("disconnect", () => {
      if (!controller.signal.aborted) controller.abort();
    });
  }
  return controller.signal;
}
