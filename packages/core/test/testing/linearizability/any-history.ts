import * as fc from "fast-check";
import type { History, Operation } from "../../../src/testing/linearizability/index.ts";
import type { PlainObject } from "./plain-object.ts";

interface Plan<Input> {
  readonly input: Input;
  readonly invoked: number;
  readonly millis: number;
  /** When it takes effect, as a share of its time. */
  readonly point: number;
  readonly fate: "answered" | "lost" | "late" | "never";
  /** Which of the things that can come of it does. */
  readonly choice: number;
}

/**
 * What clients see of an object, each operation taking effect at a moment between its call and its
 * answer; some are never answered. Then up to two are given the answer of another, so that many of the
 * histories can no longer be explained.
 */
export function anyHistory<Input extends { readonly kind: string }, Output, State>(
  object: PlainObject<Input, Output, State>,
  anyInput: fc.Arbitrary<Input>,
  maxLength: number,
): fc.Arbitrary<History<Input, Output>> {
  const anyPlan: fc.Arbitrary<Plan<Input>> = fc.record({
    input: anyInput,
    invoked: fc.nat({ max: 16 }),
    millis: fc.nat({ max: 6 }),
    point: fc.double({ min: 0, max: 1, noNaN: true }),
    fate: fc.constantFrom("answered", "answered", "answered", "answered", "lost", "late", "never"),
    choice: fc.nat({ max: 1 }),
  });
  const anySwaps = fc.array(fc.nat(), { maxLength: 2, size: "max" });
  return fc
    .tuple(fc.array(anyPlan, { minLength: 1, maxLength, size: "max" }), anySwaps)
    .map(([plans, swaps]) => withSwaps(carryOut(object, plans), swaps));
}

function carryOut<Input, Output, State>(
  object: PlainObject<Input, Output, State>,
  plans: readonly Plan<Input>[],
): Operation<Input, Output>[] {
  const operations = plans.map(({ input, invoked }, client): Operation<Input, Output> => ({
    client,
    input,
    invoked,
    answer: null,
  }));
  const momentOf = ({ invoked, millis, point, fate }: Plan<Input>): number =>
    invoked + millis * point + (fate === "late" ? 10 * point : 0);
  let state = object.initial;
  const inOrder = [...plans.entries()].sort(([, a], [, b]) => momentOf(a) - momentOf(b));
  for (const [i, { input, invoked, millis, fate, choice }] of inOrder) {
    if (fate === "never") continue;
    const possible = object.serve(state, input);
    const served = possible[choice % possible.length];
    const operation = operations[i];
    if (served === undefined || operation === undefined) continue;
    state = served.state;
    if (fate !== "answered") continue;
    operations[i] = { ...operation, answer: { at: invoked + millis, output: served.output } };
  }
  return operations;
}

function withSwaps<Input extends { readonly kind: string }, Output>(
  operations: readonly Operation<Input, Output>[],
  swaps: readonly number[],
): History<Input, Output> {
  const swapped = [...operations];
  for (const swap of swaps) {
    const pairs = swapped.flatMap((to, i) =>
      operations.filter((from) => isOtherAnswer(from, to)).map((from) => [i, from] as const),
    );
    const [i, from] = pairs[swap % pairs.length] ?? [];
    const to = i === undefined ? undefined : swapped[i];
    if (i === undefined || !to?.answer || !from?.answer) continue;
    swapped[i] = { ...to, answer: { at: to.answer.at, output: from.answer.output } };
  }
  return swapped;
}

function isOtherAnswer<Input extends { readonly kind: string }, Output>(
  from: Operation<Input, Output>,
  to: Operation<Input, Output>,
): boolean {
  if (from.answer === null || to.answer === null || from.input.kind !== to.input.kind) return false;
  return JSON.stringify(from.answer.output) !== JSON.stringify(to.answer.output);
}
