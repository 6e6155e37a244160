import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { withZooKeeperOptions, type ClientOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { hostPortText, type HostPort } from "../zookeeper/host-port.ts";
import { serverStatus } from "../zookeeper-client/server-status.ts";
import { hex } from "../zookeeper-client/stat-text.ts";
import { zooKeeperEndpoints } from "../zookeeper-client/zookeeper-endpoints.ts";
import { ZooKeeperError } from "../zookeeper-client/zookeeper-error.ts";

/** What one server says of itself, or why it says nothing. */
export type ZkEndpointStatus =
  | { readonly endpoint: string; readonly up: false; readonly error: string }
  | {
      readonly endpoint: string;
      readonly up: true;
      readonly version: string;
      readonly mode: string;
      readonly zxid: string;
      readonly epoch: number;
      readonly counter: number;
      readonly connections: number | null;
      readonly outstanding: number | null;
      readonly latency_ms: string;
      readonly nodes: number | null;
      /** Everything that `mntr` tells; null where the server does not allow it. */
      readonly mntr: Readonly<Record<string, string>> | null;
    };

/** The low half of a zxid counts the writes of the epoch in its high half. */
const COUNTER_BITS = 32;

/** `quorate zk status`: what each server says of itself. */
export function addZkStatus(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("status")
    .summary("ask servers how they are")
    .description(
      "Asks each server how it is: who leads, how far it is, how many clients it has. It uses the\n" +
        "four-letter words srvr, which servers allow by default, and mntr where it is allowed.",
    )
    .addHelpText(
      "after",
      `
Examples:
  quorate zk status
  quorate zk status --endpoints zoo1,zoo2,zoo3
  quorate zk status --endpoints zoo1:2181,zoo2:2181 --json`,
    )
    .action((options: ClientOptions) => act(() => status(options, terminal)));
  withZooKeeperOptions(command);
}

async function status(options: ClientOptions, { out }: Terminal): Promise<ExitCode> {
  const answers = await Promise.all(
    zooKeeperEndpoints(options.endpoints).map((endpoint) => ask(endpoint, options.timeout * 1000)),
  );
  if (options.json) {
    out.write(`${JSON.stringify({ endpoints: answers })}\n`);
  } else {
    const { zkStatusTable } = await import("./zk-status-table.ts");
    out.write(zkStatusTable(answers, out.colours));
  }
  const silent = answers.filter((answer) => !answer.up);
  if (silent.length === 0) return EXIT.ok;
  const names = silent.map((answer) => answer.endpoint).join(", ");
  throw new CliError(EXIT.unavailable, `no status of ${names}`);
}

async function ask(server: HostPort, timeoutMs: number): Promise<ZkEndpointStatus> {
  const endpoint = hostPortText(server);
  try {
    const { version, mode, zxid, monitor, ...counts } = await serverStatus(server, timeoutMs);
    return {
      endpoint,
      up: true,
      version,
      mode,
      zxid: hex(zxid),
      epoch: Number(zxid >> BigInt(COUNTER_BITS)),
      counter: Number(BigInt.asUintN(COUNTER_BITS, zxid)),
      connections: counts.connections,
      outstanding: counts.outstanding,
      latency_ms: counts.latency,
      nodes: counts.nodes,
      mntr: monitor && Object.fromEntries(monitor),
    };
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError)) throw thrown;
    return { endpoint, up: false, error: thrown.message };
  }
}
