import { createColors } from "picocolors";
import { readLogRecord, type LogRecord } from "./log-record.ts";

/** A line of the JSON log as a person reads it: time, level, text, then the fields. */
export function consoleLine(json: string, colours: boolean): string {
  const record = readLogRecord(json);
  if (!record) return json;
  const { dim } = createColors(colours);
  const time = record.time.slice(11, 23);
  const fields = Object.entries(record.fields).map(([key, value]) =>
    dim(`${key}=${fieldText(value)}`),
  );
  return `${[dim(time), levelWord(record, colours), record.text, ...fields].join(" ")}\n`;
}

/** The level as a word of five letters, coloured by how bad it is. */
export function levelWord({ level }: LogRecord, colours: boolean): string {
  const { red, yellow, green, dim } = createColors(colours);
  const word = level.toUpperCase().padEnd(5);
  if (level === "error" || level === "fatal") return red(word);
  if (level === "warn") return yellow(word);
  return level === "info" ? green(word) : dim(word);
}

function fieldText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text);
}
