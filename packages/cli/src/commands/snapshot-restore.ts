import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { wholeNumber, withCommonOptions, type CommonOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface Options extends CommonOptions {
  readonly name?: string;
  readonly dataDir?: string;
  readonly initialCluster?: string;
  readonly initialClusterToken?: string;
  readonly initialAdvertisePeerUrls?: string;
  readonly bumpRevision?: number;
  readonly markCompacted: boolean;
  readonly skipHashCheck: boolean;
}

/** `quorate snapshot restore`: the directory of one member of a new cluster. */
export function addSnapshotRestore(snapshot: Command, { terminal, act }: CommandContext): void {
  const command = snapshot
    .command("restore")
    .summary("make a member's directory from a saved file")
    .description(
      "Makes the data directory of one member of a new cluster that begins with what a file holds. Do it for\n" +
        "every member, from the same file; then start them with `quorate server` and the same flags.",
    )
    .argument("<file>", "what `snapshot save` saved")
    .option("--name <name>", "the member, as in --initial-cluster (default: default)")
    .option("--data-dir <dir>", "where to; must be empty or not there yet (default: NAME.quorate)")
    .option("--initial-cluster <list>", "all members: m1=http://host:2380,… (default: this one)")
    .option("--initial-cluster-token <token>", "tells clusters apart (default: etcd-cluster)")
    .option(
      "--initial-advertise-peer-urls <urls>",
      "how the other members reach this one (default: http://localhost:2380)",
    )
    .option(
      "--bump-revision <n>",
      "raise the revision by so much, for clients that remember the old cluster's",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option("--mark-compacted", "with --bump-revision: their watches end as compacted", false)
    .option("--skip-hash-check", "take a file whose hash is missing or wrong", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate snapshot restore backup.db --data-dir /var/lib/quorate
  quorate snapshot restore backup.db --name m1 --data-dir m1 --initial-cluster-token restored \\
    --initial-advertise-peer-urls http://10.0.0.1:2380 \\
    --initial-cluster m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380,m3=http://10.0.0.3:2380
  quorate snapshot restore backup.db --bump-revision 1000000000 --mark-compacted`,
    )
    .action((file: string, options: Options) => act(() => restore(file, options, terminal)));
  withCommonOptions(command);
}

async function restore(file: string, options: Options, { out }: Terminal): Promise<ExitCode> {
  if ((options.bumpRevision !== undefined) !== options.markCompacted) {
    const why = "a cache that misses what was between would be wrong, so give both or neither";
    throw new CliError(EXIT.usage, `--bump-revision goes with --mark-compacted: ${why}`);
  }
  const { restoreSettings } = await import("../snapshot/restore-settings.ts");
  const { name, dataDir, initialCluster, initialClusterToken } = restoreSettings(options);
  const { restoreMember } = await import("@quorate/kv");
  const { id, cluster, revision } = await restoreMember({
    snapshot: file,
    name,
    dataDir,
    initialCluster: initialCluster.map((member) => {
      return { name: member.name, peerUrls: [member.peerUrl.url] };
    }),
    initialClusterToken,
    skipHashCheck: options.skipHashCheck,
    ...(options.bumpRevision === undefined ? {} : { bumpRevision: options.bumpRevision }),
  });
  if (options.json) {
    const made = { data_dir: dataDir, member_id: id, cluster_id: cluster, revision };
    out.write(`${JSON.stringify(made)}\n`);
  } else {
    const who = `member ${id} of cluster ${cluster}`;
    out.write(`Restored ${dataDir}: ${who}, at revision ${revision}\n`);
  }
  return EXIT.ok;
}
