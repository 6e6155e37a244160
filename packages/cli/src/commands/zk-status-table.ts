import Table from "cli-table3";
import type { ZkEndpointStatus } from "./zk-status.ts";

type Answer = Extract<ZkEndpointStatus, { readonly up: true }>;
type Column = readonly [head: string, cell: (answer: Answer) => string | number | null];

/** What every server tells. */
const COLUMNS: readonly Column[] = [
  ["mode", ({ mode }) => mode],
  ["version", ({ version }) => version.replace(/^(\d+\.\d+\.\d+).*$/, "$1")],
  ["zxid", ({ zxid }) => zxid],
  ["epoch/counter", ({ epoch, counter }) => `${epoch}/${counter}`],
  ["connections", ({ connections }) => connections],
  ["latency min/avg/max ms", ({ latency_ms }) => latency_ms],
  ["nodes", ({ nodes }) => nodes],
];

/** What only Quorate's servers tell, by their names in `mntr`. */
const OWN_COLUMNS: readonly (readonly [head: string, name: string])[] = [
  ["role", "zk_role"],
  ["current epoch", "zk_epoch"],
  ["last sync", "zk_sync_mode"],
  ["because", "zk_sync_why"],
  ["tree digest", "zk_tree_digest"],
];

/** One row per server; a column that none of them fills is left out. */
export function zkStatusTable(answers: readonly ZkEndpointStatus[], colours: boolean): string {
  const own = OWN_COLUMNS.filter(([, name]) =>
    answers.some((answer) => answer.up && answer.mntr?.[name] !== undefined),
  ).map(([head, name]): Column => [head, ({ mntr }) => mntr?.[name] ?? null]);
  const columns = [...COLUMNS, ...own];
  const table = new Table({
    head: ["endpoint", ...columns.map(([head]) => head)],
    style: colours ? {} : { head: [], border: [] },
  });
  for (const answer of answers) {
    table.push(
      answer.up
        ? [answer.endpoint, ...columns.map(([, cell]) => cell(answer) ?? "")]
        : [answer.endpoint, { colSpan: columns.length, content: answer.error }],
    );
  }
  return `${table.toString()}\n`;
}
