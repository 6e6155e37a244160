import { connect, EtcdError, type EtcdClient } from "@quorate/kv";
import { CliError } from "../cli-error.ts";
import type { ClientOptions } from "../command-options.ts";
import { EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { endpointsOf } from "./endpoints.ts";

/**
 * Runs some calls with a client for the endpoints that the options name, and closes it.
 *
 * @throws `CliError` for whatever the calls fail with
 */
export async function withClient<Result>(
  options: ClientOptions,
  terminal: Terminal,
  use: (client: EtcdClient) => Promise<Result>,
): Promise<Result> {
  const client = connect({
    endpoints: endpointsOf(options.endpoints, terminal.env),
    timeoutMillis: options.timeout * 1000,
  });
  try {
    return await use(client);
  } catch (thrown) {
    throw thrown instanceof EtcdError ? clientError(thrown) : thrown;
  } finally {
    client.close();
  }
}

/** What a server answered, or that none did, for people. */
function clientError(error: EtcdError): CliError {
  const { code, message, maybeApplied } = error;
  const noAnswer = code === "UNAVAILABLE" || code === "DEADLINE_EXCEEDED";
  const doubt =
    noAnswer && maybeApplied
      ? " (whether it was written is not known: read the key before you try again)"
      : "";
  return new CliError(noAnswer ? EXIT.unavailable : EXIT.failed, `${message}${doubt}`, {
    cause: error,
    code,
  });
}
