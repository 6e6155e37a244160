import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withCommonOptions, type CommonOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `quorate snapshot status`: what a file holds, checked. */
export function addSnapshotStatus(snapshot: Command, { terminal, act }: CommandContext): void {
  const command = snapshot
    .command("status")
    .summary("tell what a saved file holds")
    .description(
      "Checks a file to its last byte and tells what it holds. Equal hashes are of equal states.",
    )
    .argument("<file>", "what `snapshot save` saved")
    .addHelpText(
      "after",
      `
Examples:
  quorate snapshot status backup.db
  quorate snapshot status backup.db --json`,
    )
    .action((file: string, options: CommonOptions) => act(() => status(file, options, terminal)));
  withCommonOptions(command);
}

async function status(file: string, options: CommonOptions, { out }: Terminal): Promise<ExitCode> {
  const { inspectSnapshot } = await import("@quorate/kv");
  const found = await inspectSnapshot(file);
  if (options.json) {
    const answer = {
      hash: found.hash.toString(16),
      revision: found.revision,
      compact_revision: found.compacted,
      total_keys: found.totalKeys,
      versions: found.versions,
      leases: found.leases,
      total_size: found.totalBytes,
    };
    out.write(`${JSON.stringify(answer)}\n`);
  } else {
    const { snapshotTable } = await import("../snapshot/snapshot-table.ts");
    out.write(snapshotTable(found, out.colours));
  }
  return EXIT.ok;
}
