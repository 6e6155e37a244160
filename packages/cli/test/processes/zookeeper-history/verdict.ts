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

export function judgeCast({ histories, locks }: Cast, times: SessionTimes): Verdict {
  const lives = sessionLives(histories, times);
  const registers = znodeOperations(histories, (path) => path.startsWith(`${REGISTERS}/`));
  const endOf = (session: bigint): number => lives.get(session)?.certainUntil ?? 0;
  return {
    order: judgeOrder(histories),
    image: judgeImage(histories),
    watches: judgeWatches(histories),
    ephemerals: judgeEphemerals(histories, times),
    fencing: judgeFencing(locks.writes, lives),
    registers: judge(znodeModel, registers).text,
    locks: judge(lockModel, locks.history.operations(endOf)).text,
  };
}
