import Table from "cli-table3";
import type { SnapshotSummary } from "@quorate/kv";
import { sizeText } from "../terminal/size-text.ts";

/** One row, with etcdctl's columns and what else is worth a look. */
export function snapshotTable(found: SnapshotSummary, colours: boolean): string {
  const table = new Table({
    head: ["hash", "revision", "total keys", "versions", "leases", "total size"],
    style: colours ? {} : { head: [], border: [] },
  });
  table.push([
    found.hash.toString(16),
    found.revision,
    found.totalKeys,
    found.versions,
    found.leases,
    sizeText(found.totalBytes),
  ]);
  return `${table.toString()}\n`;
}
