import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkLinearizability,
  formatVerdict,
  type History,
  type Model,
} from "@quorate/core/testing/linearizability";

/** What a history comes to. */
export interface Judgement {
  /** "linearizable", or what is wrong, and where the history is kept. */
  readonly text: string;
  readonly millis: number;
}

/** Whether one order of the operations explains them; keeps the history of those where none does. */
export function judge<Input, Output, State>(
  model: Model<Input, Output, State>,
  history: History<Input, Output>,
): Judgement {
  const startedAt = performance.now();
  const verdict = checkLinearizability(model, history);
  const millis = Math.round(performance.now() - startedAt);
  const text = formatVerdict(model, verdict);
  if (verdict.kind === "linearizable") return { text, millis };
  const file = join(mkdtempSync(join(tmpdir(), "quorate-history-")), "history.json");
  writeFileSync(file, JSON.stringify(history));
  return { text: `${text}\nThe history is in ${file}`, millis };
}
