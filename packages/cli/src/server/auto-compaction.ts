import type { AutoCompaction } from "@quorate/kv";
import { parseGoDuration } from "./go-duration.ts";

/** etcd's two ways to say how much history stays. */
export const COMPACTION_MODES = ["periodic", "revision"] as const;
export type CompactionMode = (typeof COMPACTION_MODES)[number];

const HOUR_MILLIS = 3_600_000;

/**
 * What `--auto-compaction-retention` says in its mode, null for nothing: a plain number is of hours, or
 * of revisions.
 */
export function parseRetention(
  mode: CompactionMode,
  text: string,
): AutoCompaction | null | { readonly problem: string } {
  const count = /^[0-9]+$/.test(text) ? Number(text) : null;
  if (text === "" || count === 0) return null;
  if (mode === "revision") {
    if (count !== null && Number.isSafeInteger(count)) return { mode, retention: count };
    const remedy = "write one, or use --auto-compaction-mode=periodic";
    return { problem: `"${text}" is not a number of revisions: ${remedy}` };
  }
  const millis = count === null ? parseGoDuration(text) : count * HOUR_MILLIS;
  if (millis === 0) return null;
  const retentionMillis = Math.ceil(millis ?? Number.NaN);
  if (Number.isSafeInteger(retentionMillis)) return { mode, retentionMillis };
  return { problem: `"${text}" is not a time: write hours, such as 8, or 30m, or 1h30m` };
}
