import Table from "cli-table3";
import { sizeText } from "../terminal/size-text.ts";
import type { EndpointStatus } from "./status.ts";

/** One row per endpoint. */
export function statusTable(answers: readonly EndpointStatus[], colours: boolean): string {
  const table = new Table({
    head: [
      "endpoint",
      "member",
      "version",
      "role",
      "term",
      "index",
      "applied",
      "revision",
      "size",
      "errors",
    ],
    style: colours ? {} : { head: [], border: [] },
  });
  for (const answer of answers) {
    if (!answer.up) {
      table.push([answer.endpoint, { colSpan: 9, content: answer.error }]);
      continue;
    }
    table.push([
      answer.endpoint,
      answer.member_id,
      answer.version,
      answer.leader ? "leader" : answer.leader_id === "0" ? "no leader" : "follower",
      answer.raft_term,
      answer.raft_index,
      answer.raft_applied_index,
      answer.revision,
      sizeText(answer.db_size),
      answer.errors.join(", "),
    ]);
  }
  return `${table.toString()}\n`;
}
