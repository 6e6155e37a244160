import type { History } from "../../../src/testing/linearizability/index.ts";
import type { PlainObject } from "./plain-object.ts";

/** Tries every order: what the checker must agree with. */
export function isExplained<Input, Output, State>(
  object: PlainObject<Input, Output, State>,
  history: History<Input, Output>,
  initial: State = object.initial,
): boolean {
  const failed = new Set<string>();
  const search = (left: readonly number[], state: State): boolean => {
    const answers = left.map((i) => history[i]?.answer?.at ?? Infinity);
    const firstAnswer = Math.min(...answers);
    // What nobody was answered need not happen.
    if (firstAnswer === Infinity) return true;
    const key = JSON.stringify([left, state]);
    if (failed.has(key)) return false;
    for (const i of left) {
      const operation = history[i];
      if (operation === undefined || operation.invoked > firstAnswer) continue;
      const rest = left.filter((other) => other !== i);
      const { input, answer } = operation;
      for (const { state: after, output } of object.serve(state, input)) {
        const isPossible = answer === null || object.isAnswer(answer.output, output);
        if (isPossible && search(rest, after)) return true;
      }
    }
    failed.add(key);
    return false;
  };
  return search([...history.keys()], initial);
}
