/** One event of a JSON log, taken apart. */
export interface LogRecord {
  readonly level: string;
  /** ISO 8601. */
  readonly time: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a line that the logger wrote; null for anything else, such as Node's own messages. */
export function readLogRecord(line: string): LogRecord | null {
  if (!line.startsWith("{")) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null) return null;
  const { level, time, msg, ...fields } = parsed as Record<string, unknown>;
  if (typeof level !== "string" || typeof time !== "string" || typeof msg !== "string") return null;
  return { level, time, text: msg, fields };
}
