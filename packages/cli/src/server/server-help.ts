import { ETCD_FLAGS } from "./etcd-flags.ts";

/** The help of `quorate server`, from the table of flags. */
export function serverHelp(): string {
  const rows = Object.entries(ETCD_FLAGS).flatMap(([name, { handling }]) =>
    handling.kind === "acted"
      ? [[`--${name} ${handling.value}`.trimEnd(), handling.summary] as const]
      : [],
  );
  const acted = rows.map(([flag, summary]) => row(flag, summary)).join("\n");
  return `Usage: quorate server [flags]

Runs one member of a cluster until it is stopped by SIGINT or SIGTERM. The flags are etcd's, with one
or two dashes, as --name value or --name=value. Each can also be given as a variable: --data-dir is
QUORATE_DATA_DIR or ETCD_DATA_DIR. A flag wins over QUORATE_*, that over ETCD_*, that over the default.
With --config-file, only the file counts, as in etcd.

Flags:
${acted}

Flags of etcd that have no effect here (a warning names each that is given):
${listOf("ignored")}

Flags of etcd that are refused, unless their value asks for nothing (the error says why):
${listOf("refused")}

Examples:
  quorate server --data-dir /var/lib/quorate
  quorate server --name m1 --data-dir m1 \\
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \\
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \\
    --initial-cluster m1=http://127.0.0.1:2380,m2=http://127.0.0.1:2480,m3=http://127.0.0.1:2580
  quorate server --config-file member.yaml
`;
}

/** Where summaries begin; what is longer has a line of its own. */
const FLAG_WIDTH = 36;

function row(flag: string, summary: string): string {
  if (flag.length < FLAG_WIDTH) return `  ${flag.padEnd(FLAG_WIDTH)}${summary}`;
  return `  ${flag}\n  ${"".padEnd(FLAG_WIDTH)}${summary}`;
}

const LINE_WIDTH = 100;

function listOf(kind: "ignored" | "refused"): string {
  const lines: string[] = [];
  let line = " ";
  for (const [name, { handling }] of Object.entries(ETCD_FLAGS)) {
    if (handling.kind !== kind) continue;
    if (line.length + name.length + 1 > LINE_WIDTH) {
      lines.push(line);
      line = " ";
    }
    line += ` ${name}`;
  }
  return [...lines, line].join("\n");
}
