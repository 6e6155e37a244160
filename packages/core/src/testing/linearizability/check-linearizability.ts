import type { Model } from "./model.ts";
import { findOffence } from "./offence.ts";
import type { History } from "./operation.ts";
import { Search } from "./search/search.ts";
import { Timeline } from "./search/timeline.ts";
import { searchShortestPrefix } from "./shortest-prefix.ts";
import type { Verdict } from "./verdict.ts";

export interface CheckOptions {
  /**
   * How many steps may be made for each part: operations tried on a state, and configurations compared.
   * It bounds the time and the memory.
   */
  readonly stepsMax?: number;
}

const STEPS_MAX = 50_000_000;

/**
 * Whether one order of the operations explains what every client saw, each operation taking effect at
 * one moment between its call and its answer (Herlihy & Wing, "Linearizability", 1990).
 *
 * Part after part of the history is checked, up to the first that cannot be explained. The same history
 * gives the same verdict everywhere.
 */
export function checkLinearizability<Input, Output, State>(
  model: Model<Input, Output, State>,
  history: History<Input, Output>,
  options: CheckOptions = {},
): Verdict<Input, Output, State> {
  const { stepsMax = STEPS_MAX } = options;
  let verdict: Verdict<Input, Output, State> = { kind: "linearizable" };
  for (const [part, operations] of model.parts(history)) {
    const ofPart = checkPart(model, part, operations, stepsMax);
    if (ofPart.kind === "violation") return ofPart;
    if (verdict.kind === "linearizable") verdict = ofPart;
  }
  return verdict;
}

function checkPart<Input, Output, State>(
  model: Model<Input, Output, State>,
  part: string,
  operations: History<Input, Output>,
  stepsMax: number,
): Verdict<Input, Output, State> {
  const specification = model.specification(operations);
  const timeline = new Timeline(operations, specification);
  const search = new Search(specification, timeline, timeline.answered.length);
  const outcome = search.run([search.beginning], stepsMax);
  switch (outcome.kind) {
    case "explained":
      return { kind: "linearizable" };
    case "stuck": {
      const knowingAll = { timeline, search, level: outcome.level };
      const stuck = searchShortestPrefix(model, operations, knowingAll, stepsMax);
      return { kind: "violation", part, offence: findOffence(model, stuck) };
    }
    case "exhausted":
      return { kind: "undecided", part, steps: outcome.steps };
  }
}
