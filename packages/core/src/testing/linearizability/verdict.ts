import type { History, Operation } from "./operation.ts";
import type { Start } from "./search/search.ts";

/** The shortest part of a history that no order explains. */
export interface Offence<Input, Output, State> {
  /** How many operations before it can be explained; all orders of them lead to one of the starts. */
  readonly explained: number;
  readonly starts: readonly Start<Input, Output, State>[];
  /** In the order in which they were asked for. */
  readonly operations: History<Input, Output>;
  /** The one of them with whose answer no order is left. */
  readonly culprit: Operation<Input, Output>;
  /** The last of those before it that changed something, for the reader. */
  readonly before: History<Input, Output>;
}

/** What the check of a history found. Anything but "linearizable" is a failure. */
export type Verdict<Input, Output, State> =
  | { readonly kind: "linearizable" }
  | {
      readonly kind: "violation";
      readonly part: string;
      readonly offence: Offence<Input, Output, State>;
    }
  /** So many steps were not enough to tell. */
  | { readonly kind: "undecided"; readonly part: string; readonly steps: number };
