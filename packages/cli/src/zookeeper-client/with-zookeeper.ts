import { CliError } from "../cli-error.ts";
import type { SessionOptions } from "../command-options.ts";
import { EXIT } from "../exit-codes.ts";
import { ZooKeeperClient } from "./zookeeper-client.ts";
import { zooKeeperEndpoints } from "./zookeeper-endpoints.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";
import { ZooKeeperSession, type SessionListener } from "./zookeeper-session.ts";

/**
 * Makes some requests with a client for the endpoints that the options name, and closes it.
 *
 * @throws `CliError` for whatever the requests fail with
 */
export async function withZooKeeper<Result>(
  { endpoints, timeout, auth }: SessionOptions,
  use: (client: ZooKeeperClient, session: ZooKeeperSession) => Promise<Result>,
  listener?: SessionListener,
): Promise<Result> {
  const session = new ZooKeeperSession({
    endpoints: zooKeeperEndpoints(endpoints),
    answerMs: timeout * 1000,
    auth,
    ...(listener && { listener }),
  });
  try {
    return await use(new ZooKeeperClient(session), session);
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError)) throw thrown;
    const { message, code } = thrown;
    throw thrown.isLoss
      ? new CliError(EXIT.unavailable, message, { cause: thrown })
      : new CliError(EXIT.failed, message, { cause: thrown, code });
  } finally {
    await session.close();
  }
}
