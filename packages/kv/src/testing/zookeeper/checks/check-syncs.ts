import { exchangesOf } from "../../sessions/exchanges.ts";
import type { ClientHistory } from "../../sessions/facts.ts";
import { hex } from "../truth/applied-zxids.ts";
import { isWrite } from "./known-outcomes.ts";

/**
 * Whether every sync, and every write, came behind all that anybody had been shown before it was asked
 * for.
 */
export function checkSyncs(histories: readonly ClientHistory[]): readonly string[] {
  const exchanges = histories.flatMap(exchangesOf).toSorted((a, b) => a.askedAt - b.askedAt);
  const answers = exchanges.flatMap(({ answer }) => answer ?? []).toSorted((a, b) => a.at - b.at);
  const wrong: string[] = [];
  let shown = 0;
  let next = 0;
  for (const { client, request, askedAt, answer } of exchanges) {
    for (; (answers[next]?.at ?? Infinity) < askedAt; next++) {
      shown = Math.max(shown, answers[next]?.zxid ?? 0);
    }
    const isLate = request.kind === "sync" || isWrite(request);
    if (!isLate || answer === null || answer.zxid >= shown) continue;
    const what = `${request.kind} was answered at ${hex(answer.zxid)}`;
    wrong.push(`${client}: ${what}, and ${hex(shown)} had been shown before it was asked for`);
  }
  return wrong;
}
