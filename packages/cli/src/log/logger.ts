import { pino, type Logger } from "pino";
import type { LogFormat, LogLevel } from "../server/settings.ts";
import type { Output } from "../terminal/terminal.ts";
import { consoleLine } from "./console-line.ts";

export type { Logger } from "pino";

/** A logger that writes one line per event to the output. */
export function createLogger(output: Output, level: LogLevel, format: LogFormat): Logger {
  const write =
    format === "json"
      ? (line: string): void => output.write(line)
      : (line: string): void => output.write(consoleLine(line, output.colours));
  return pino(
    {
      // etcd's "panic" is the level between error and fatal; nothing here logs between the two.
      level: level === "panic" ? "fatal" : level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
}
