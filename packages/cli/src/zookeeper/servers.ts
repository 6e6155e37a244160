import type { Findings } from "./findings.ts";
import { parseServerLine, type ServerLine } from "./server-line.ts";
import type { Setting } from "./zoo-properties.ts";

/** One `server.N` of the ensemble. */
export interface Server {
  readonly sid: number;
  readonly key: string;
  /** `zoo.cfg:12`, for messages. */
  readonly at: string;
  readonly line: ServerLine;
}

/** Reads the server lines, in the order of their numbers; those that are wrong are left out. */
export function readServerLines(lines: readonly Setting[], { problems }: Findings): Server[] {
  const servers = new Map<number, Server>();
  for (const { key, value, at } of lines) {
    if (!key.startsWith("server.")) continue;
    const sid = parseNumber(key.slice("server.".length));
    if (sid === null) {
      problems.push(`${at}: ${key} has no number: write server.1, server.2, …`);
      continue;
    }
    const earlier = servers.get(sid);
    if (earlier) {
      problems.push(
        `${at}: server ${sid} stands in ${earlier.at} too: give every server its own number`,
      );
      continue;
    }
    const line = parseServerLine(value);
    if ("problem" in line) problems.push(`${at}: ${key}: ${line.problem}`);
    else servers.set(sid, { sid, key, at, line });
  }
  return [...servers.values()].sort((a, b) => a.sid - b.sid);
}

/** A whole number from 0 that can be counted with, or null. */
export function parseNumber(text: string): number | null {
  const number = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}
