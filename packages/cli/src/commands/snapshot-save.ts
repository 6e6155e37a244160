import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withClientOptions, type ClientOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import { sizeText } from "../terminal/size-text.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `quorate snapshot save`: one member's state as a file. */
export function addSnapshotSave(snapshot: Command, { terminal, act }: CommandContext): void {
  const command = snapshot
    .command("save")
    .summary("save what a member holds")
    .description(
      "Saves the state of the first endpoint that answers, of Quorate or of etcd, and checks that all of it\n" +
        "arrived. A file of that name is replaced once the new one is whole.",
    )
    .argument("<file>", "where to")
    .addHelpText(
      "after",
      `
Examples:
  quorate snapshot save backup.db
  quorate snapshot save backup.db --endpoints 10.0.0.1:2379,10.0.0.2:2379 --json`,
    )
    .action((file: string, options: ClientOptions) => act(() => save(file, options, terminal)));
  withClientOptions(command);
}

async function save(file: string, options: ClientOptions, terminal: Terminal): Promise<ExitCode> {
  const { withClient } = await import("../client/with-client.ts");
  const { saveSnapshot } = await import("../snapshot/save-snapshot.ts");
  const { out, err, stop } = terminal;
  const progress = new ProgressLine(err, !options.json);
  const saved = await withClient(options, terminal, (client) =>
    saveSnapshot(client.maintenance.snapshot({ signal: stop }), file, stop, (done, total) =>
      progress.show(`${sizeText(done)} of ${sizeText(total)}`),
    ),
  ).finally(() => progress.clear());
  if (options.json) out.write(`${JSON.stringify({ file, ...saved })}\n`);
  else out.write(`Snapshot saved at ${file}: ${sizeText(saved.total_size)}\n`);
  return EXIT.ok;
}
