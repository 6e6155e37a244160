import { CliError } from "../cli-error.ts";
import type { ClientOptions } from "../command-options.ts";
import { EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { endpointsOf } from "./endpoints.ts";
import { EtcdClient } from "./etcd-client.ts";
import { GrpcError, STATUS } from "./grpc-error.ts";

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
  const client = new EtcdClient(
    endpointsOf(options.endpoints, terminal.env),
    options.timeout * 1000,
  );
  try {
    return await use(client);
  } catch (thrown) {
    throw thrown instanceof GrpcError ? clientError(thrown) : thrown;
  } finally {
    client.close();
  }
}

/** What a server answered, or that none did, for people. */
function clientError(error: GrpcError): CliError {
  const { status, statusName, message } = error;
  const noAnswer = status === STATUS.unavailable || status === STATUS.deadlineExceeded;
  const unknown = noAnswer && error.sent && !error.repeatable;
  const doubt = unknown
    ? " (whether it was written is not known: read the key before you try again)"
    : "";
  return new CliError(noAnswer ? EXIT.unavailable : EXIT.failed, `${message}${doubt}`, {
    cause: error,
    code: statusName,
  });
}
