import { assert } from "../../assert.ts";
import type { Model } from "./model.ts";
import type { History, Operation } from "./operation.ts";
import { Search } from "./search/search.ts";
import { Timeline } from "./search/timeline.ts";
import type { StuckSearch } from "./shortest-prefix.ts";
import type { Offence } from "./verdict.ts";

/** How many answers before the last one a part may begin. */
const LEVELS_MAX = 64;
/** How many operations before the part are told. */
const BEFORE_MAX = 5;
/** For each attempt to do without an operation. */
const STEPS_MAX = 100_000;

/**
 * The shortest part of a history that shows why a search is stuck.
 *
 * It ends with the answer that no order gets past; up to the one before, the history can be explained.
 * It begins where the fewest operations and the fewest states before them are left to be read; the
 * search knows all states in which the object may have been there, so that nothing from before can help.
 * In between it leaves out what left the object as it was, wherever the rest cannot be explained either:
 * an order of all operations would explain the rest as well. That does not hold for a write, without
 * which what read it has no reason, nor for what nobody was answered in time, which might be the one
 * that explains it all: of those it leaves out only what in no order would have changed anything.
 */
export function findOffence<Input, Output, State>(
  model: Model<Input, Output, State>,
  { timeline, search, level }: StuckSearch<Input, Output, State>,
): Offence<Input, Output, State> {
  const culprit = timeline.answered[level];
  assert(culprit !== undefined, "a search gets stuck at an answer");
  const beginsAt = shortestBeginning(timeline, search, level);
  const starts = search.startsAt(beginsAt);
  const end = culprit.answer.at;
  const isLate = ({ answer }: Operation<Input, Output>): boolean => (answer?.at ?? Infinity) > end;

  const answered = timeline.answered.slice(beginsAt);
  const all = [...answered.map(({ operation }) => operation), ...timeline.unanswered.flat()];
  const possible = all.filter(
    (operation) => operation.invoked <= end && !starts.every(({ done }) => done.has(operation)),
  );
  const reads = answered.filter((each) => each.readsOnly && each !== culprit);

  /** What changed something until the search through these was stuck; null where it was not. */
  const changesIn = (
    rest: History<Input, Output>,
  ): ReadonlySet<Operation<Input, Output>> | null => {
    const specification = model.specification(
      rest.map((each) => (isLate(each) ? { ...each, answer: null } : each)),
    );
    const restTimeline = new Timeline(rest, specification);
    const goal = rest.filter((operation) => !isLate(operation)).length;
    const attempt = new Search(specification, restTimeline, goal);
    return attempt.run(starts, STEPS_MAX).kind === "stuck" ? attempt.mattered : null;
  };
  const needed = withoutNeedless(
    possible,
    new Set(reads.map(({ operation }) => operation)),
    (rest) => changesIn(rest) !== null,
  );
  const changes = changesIn(needed);
  const operations = needed.filter(
    (operation) => changes === null || !isLate(operation) || changes.has(operation),
  );
  const before = timeline.answered.slice(0, beginsAt).filter(({ readsOnly }) => !readsOnly);
  return {
    explained: beginsAt,
    starts,
    operations: operations.toSorted((a, b) => a.invoked - b.invoked),
    culprit: culprit.operation,
    before: before.slice(-BEFORE_MAX).map(({ operation }) => operation),
  };
}

function shortestBeginning<Input, Output, State>(
  timeline: Timeline<Input, Output>,
  search: Search<Input, Output, State>,
  stuckAt: number,
): number {
  let shortest = stuckAt;
  let leastToRead = Infinity;
  let writes = 0;
  for (let level = stuckAt; level >= 0 && level >= stuckAt - LEVELS_MAX; level--) {
    if (timeline.answered[level]?.readsOnly === false) writes++;
    const toRead = writes + search.countStartsAt(level);
    if (toRead >= leastToRead) continue;
    leastToRead = toRead;
    shortest = level;
  }
  return shortest;
}

/** The operations without those of the droppable that can be dropped. */
function withoutNeedless<Input, Output>(
  operations: History<Input, Output>,
  droppable: ReadonlySet<Operation<Input, Output>>,
  isEnough: (operations: History<Input, Output>) => boolean,
): History<Input, Output> {
  const fewest = operations.filter((operation) => !droppable.has(operation));
  if (isEnough(fewest)) return fewest;
  let needed = operations;
  for (const operation of droppable) {
    const rest = needed.filter((other) => other !== operation);
    if (isEnough(rest)) needed = rest;
  }
  return needed;
}
