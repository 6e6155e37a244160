import type { ClientHistory } from "../../sessions/facts.ts";
import type { AppliedZxids } from "../truth/applied-zxids.ts";
import { writesOf } from "./known-outcomes.ts";

/** Whether of the writes of each connection no one was applied when one before it was lost. */
export function checkPipelines(
  histories: readonly ClientHistory[],
  applied: AppliedZxids,
): readonly string[] {
  const wrong: string[] = [];
  for (const history of histories) {
    for (const writes of writesOf(history)) {
      let newest = 0;
      let lost: number | null = null;
      for (const { fact, session } of writes) {
        const { number } = fact;
        const found = applied.request(session, number);
        if (found === null) {
          lost ??= number;
          continue;
        }
        const { zxid } = found.result;
        if (lost !== null) {
          wrong.push(`${history.client}: write ${number} was applied, and ${lost} was not`);
        }
        if (zxid < newest) wrong.push(`${history.client}: write ${number} was applied too early`);
        newest = zxid;
      }
    }
  }
  return wrong;
}
