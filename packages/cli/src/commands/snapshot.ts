import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addSnapshotRestore } from "./snapshot-restore.ts";
import { addSnapshotSave } from "./snapshot-save.ts";
import { addSnapshotStatus } from "./snapshot-status.ts";

/** `quorate snapshot`: all keys of a cluster in a file, and a cluster from it. */
export function addSnapshot(program: Command, context: CommandContext): void {
  const snapshot = program
    .command("snapshot")
    .summary("back a cluster up, and restore it")
    .description("Saves all keys of a cluster in a file, and makes new clusters from it.")
    .addHelpText(
      "after",
      `
Examples:
  quorate snapshot save backup.db --endpoints 127.0.0.1:2379
  quorate snapshot status backup.db
  quorate snapshot restore backup.db --name m1 --data-dir m1`,
    );
  addSnapshotSave(snapshot, context);
  addSnapshotStatus(snapshot, context);
  addSnapshotRestore(snapshot, context);
}
