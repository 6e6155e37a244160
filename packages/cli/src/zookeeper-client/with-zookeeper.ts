import { CliError } from "../cli-error.ts";
import type { ClientOptions } from "../command-options.ts";
import { EXIT } from "../exit-codes.ts";
import { ZooKeeperClient } from "./zookeeper-client.ts";
import { zooKeeperEndpoints } from "./zookeeper-endpoints.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/**
 * Makes some requests with a client for the endpoints that the options name, and closes it.
 *
 * @throws `CliError` for whatever the requests fail with
 */
export async function withZooKeeper<Result>(
  options: ClientOptions,
  use: (client: ZooKeeperClient) => Promise<Result>,
): Promise<Result> {
  const client = new ZooKeeperClient(zooKeeperEndpoints(options.endpoints), options.timeout * 1000);
  try {
    return await use(client);
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError)) throw thrown;
    const { message, code } = thrown;
    throw thrown.isLoss
      ? new CliError(EXIT.unavailable, message, { cause: thrown })
      : new CliError(EXIT.failed, message, { cause: thrown, code });
  } finally {
    await client.close();
  }
}
