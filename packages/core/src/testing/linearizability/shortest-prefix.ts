import type { Model } from "./model.ts";
import type { History } from "./operation.ts";
import { Search } from "./search/search.ts";
import { Timeline } from "./search/timeline.ts";

/** A search that found no order to get past the answer of a level. */
export interface StuckSearch<Input, Output, State> {
  readonly timeline: Timeline<Input, Output>;
  readonly search: Search<Input, Output, State>;
  readonly level: number;
}

/**
 * The search that is stuck at the first answer with which a history cannot be explained any more.
 *
 * A search that knows all answers may get stuck before, at what later ones rule out. To there the
 * history can be explained; how far it can be by what was known at the time is found in strides, for
 * what cannot be explained is not explained by what comes behind it.
 */
export function searchShortestPrefix<Input, Output, State>(
  model: Model<Input, Output, State>,
  operations: History<Input, Output>,
  knowingAll: StuckSearch<Input, Output, State>,
  stepsMax: number,
): StuckSearch<Input, Output, State> {
  const { answered } = knowingAll.timeline;
  /** Goes for the first so many answers, knowing a number of them; null where it is not stuck. */
  const search = (goal: number, known: number): StuckSearch<Input, Output, State> | null => {
    const end = answered[goal - 1]?.answer.at ?? -Infinity;
    const told = new Set(answered.slice(0, known).map(({ operation }) => operation));
    const prefix = operations.filter(({ invoked }) => invoked <= end);
    const specification = model.specification(
      prefix.map((each) => (told.has(each) ? each : { ...each, answer: null })),
    );
    const timeline = new Timeline(prefix, specification);
    const attempt = new Search(specification, timeline, goal);
    const outcome = attempt.run([attempt.beginning], stepsMax);
    return outcome.kind === "stuck" ? { timeline, search: attempt, level: outcome.level } : null;
  };

  let explained = knowingAll.level;
  let unexplained = answered.length;
  for (let stride = 1; explained + 1 < unexplained;) {
    const probe = Math.min(explained + stride, unexplained - 1);
    if (search(probe, probe) === null) {
      explained = probe;
      stride *= 2;
    } else {
      unexplained = probe;
      stride = Math.ceil(stride / 2);
    }
  }
  // All states that can have been there before the last answer: what it tells must rule out none.
  return search(unexplained, explained) ?? search(unexplained, unexplained) ?? knowingAll;
}
