import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { parseHostPort, type HostPort } from "../zookeeper/host-port.ts";

const DEFAULT_ENDPOINTS = "127.0.0.1:2181";
const CLIENT_PORT = 2181;

/**
 * The servers to ask, from `--endpoints`, else this machine's port 2181.
 *
 * @throws `CliError` (usage)
 */
export function zooKeeperEndpoints(flag: string | undefined): readonly HostPort[] {
  return (flag ?? DEFAULT_ENDPOINTS).split(",").map((part) => {
    const endpoint = parseHostPort(part.trim(), CLIENT_PORT);
    if ("problem" in endpoint) throw new CliError(EXIT.usage, `--endpoints: ${endpoint.problem}`);
    return endpoint;
  });
}
