import type { EntryRun, LogTail, Term } from "@quorate/core";

/**
 * Whether the run begins where the log ends, and holds nothing that the leader of the epoch could not
 * have. A gap would be acknowledged and lost (ZOOKEEPER-4925); an entry of an epoch that was not
 * promised would keep this member from starting again.
 */
export function goesOn(log: LogTail, { entries }: EntryRun, epoch: Term): boolean {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return false;
  return first.index === log.lastIndex + 1 && first.term >= log.last.term && last.term <= epoch;
}
