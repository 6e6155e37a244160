import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { serverHelp } from "../server/server-help.ts";

/**
 * `quorate server`: its flags are etcd's, so that they are read by etcd's rules.
 *
 * What only some commands need is loaded when they run, so that the others start fast.
 */
export function addServer(program: Command, { terminal, act }: CommandContext): void {
  const command = program
    .command("server")
    .summary("run one member of a cluster, with etcd's flags")
    .argument("[flags...]")
    .helpOption(false)
    .allowUnknownOption()
    .configureHelp({ formatHelp: serverHelp })
    .action(() =>
      act(async () => {
        const { runServer } = await import("../server/run-server.ts");
        return runServer(command.args, terminal);
      }),
    );
}
