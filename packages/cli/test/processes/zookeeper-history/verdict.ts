import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { lockModel, znodeModel } from "@quorate/core/testing/linearizability";
import {
  judgeEphemerals,
  judgeFencing,
  judgeImage,
  judgeOrder,
  judgeWatches,
  sessionLives,
  znodeOperations,
  type SessionTimes,
} from "@quorate/kv/testing";
import { judge } from "../history/judge.ts";
import type { Cast } from "./cast.ts";
import { REGISTERS } from "./register-user.ts";

/** What is wrong with what a cast has seen; nothing of it may be. */
export interface Verdict {
  readonly order: readonly string[];
  readonly image: readonly string[];
  readonly watches: readonly string[];
  readonly ephemerals: readonly string[];
  readonly fencing: readonly string[];
  /** "linearizable" */
  readonly registers: string;
  readonly locks: string;
}

export const FAULTLESS: Verdict = {
  order: [],
  image: [],
  watches: [],
  ephemerals: [],
  fencing: [],
  registers: "linearizable",
  locks: "linearizable",
};

/** Keeps what was seen where something is wrong with it. */
export function judgeCast(cast: Cast, times: SessionTimes): Verdict {
  const { histories, locks } = cast;
  const lives = sessionLives(histories, times);
  const registers = znodeOperations(histories, (path) => path.startsWith(`${REGISTERS}/`));
  const endOf = (session: bigint): number => lives.get(session)?.certainUntil ?? 0;
  const verdict: Verdict = {
    order: judgeOrder(histories),
    image: judgeImage(histories),
    watches: judgeWatches(histories),
    ephemerals: judgeEphemerals(histories, times),
    fencing: judgeFencing(locks.writes, lives),
    registers: judge(znodeModel, registers).text,
    locks: judge(lockModel, locks.history.operations(endOf)).text,
  };
  if (!isDeepStrictEqual(verdict, FAULTLESS)) keep({ histories, times, writes: locks.writes });
  return verdict;
}

function keep(seen: unknown): void {
  const file = join(mkdtempSync(join(tmpdir(), "quorate-history-")), "history.json");
  const text = (_key: string, value: unknown): unknown =>
    typeof value === "bigint" ? value.toString() : value;
  writeFileSync(file, JSON.stringify(seen, text));
  console.log(`what the clients have seen is in ${file}`);
}
