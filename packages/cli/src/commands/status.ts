import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { withClientOptions, type ClientOptions } from "../command-options.ts";
import { endpointsOf } from "../client/endpoints.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface Options extends ClientOptions {
  readonly cluster: boolean;
}

/** What one endpoint says of itself, or why it says nothing. */
export type EndpointStatus =
  | { readonly endpoint: string; readonly up: false; readonly error: string }
  | {
      readonly endpoint: string;
      readonly up: true;
      readonly member_id: string;
      readonly version: string;
      readonly leader: boolean;
      readonly leader_id: string;
      readonly raft_term: number;
      readonly raft_index: number;
      readonly raft_applied_index: number;
      readonly revision: number;
      readonly db_size: number;
      readonly errors: readonly string[];
    };

/** `quorate status`: what each member says of itself. */
export function addStatus(program: Command, { terminal, act }: CommandContext): void {
  const command = program
    .command("status")
    .summary("ask members how they are")
    .description("Asks each endpoint how it is: who leads, how far its log is, how large its data.")
    .option("--cluster", "ask all members that the endpoints know of", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate status --endpoints 127.0.0.1:2379,127.0.0.1:2380
  quorate status --cluster --json`,
    )
    .action((options: Options) => act(() => status(options, terminal)));
  withClientOptions(command);
}

async function status(options: Options, terminal: Terminal): Promise<ExitCode> {
  const endpoints = options.cluster
    ? await allEndpoints(options, terminal)
    : endpointsOf(options.endpoints, terminal.env);
  const answers = await Promise.all(
    endpoints.map((endpoint) => ask(endpoint, options.timeout * 1000)),
  );
  if (options.json) {
    terminal.out.write(`${JSON.stringify({ endpoints: answers })}\n`);
  } else {
    const { statusTable } = await import("./status-table.ts");
    terminal.out.write(statusTable(answers, terminal.out.colours));
  }
  const silent = answers.filter((answer) => !answer.up);
  if (silent.length === 0) return EXIT.ok;
  const names = silent.map((answer) => answer.endpoint).join(", ");
  throw new CliError(EXIT.unavailable, `no answer from ${names}`);
}

async function allEndpoints(options: Options, terminal: Terminal): Promise<readonly string[]> {
  const { withClient } = await import("../client/with-client.ts");
  const { members } = await withClient(options, terminal, ({ maintenance }) =>
    maintenance.memberList(),
  );
  const urls = members.flatMap((member) => member.clientUrls.slice(0, 1));
  return endpointsOf(urls.join(","), terminal.env);
}

async function ask(endpoint: string, timeoutMillis: number): Promise<EndpointStatus> {
  const { connect, EtcdError } = await import("@quorate/kv");
  const client = connect({ endpoints: [endpoint], timeoutMillis });
  try {
    const answer = await client.maintenance.status();
    return {
      endpoint,
      up: true,
      member_id: answer.header.memberId.toString(16),
      version: answer.version,
      leader: answer.leader === answer.header.memberId,
      leader_id: answer.leader.toString(16),
      raft_term: answer.raftTerm,
      raft_index: answer.raftIndex,
      raft_applied_index: answer.raftAppliedIndex,
      revision: answer.header.revision,
      db_size: answer.dbSize,
      errors: answer.errors,
    };
  } catch (thrown) {
    if (!(thrown instanceof EtcdError)) throw thrown;
    return { endpoint, up: false, error: thrown.message };
  } finally {
    client.close();
  }
}
