import type { History, Operation } from "./operation.ts";

/**
 * What an object does when operations come one at a time: its sequential specification. It may leave
 * open what happens, where an operation of unknown outcome does something that no client was told.
 */
export interface Specification<Input, Output, State> {
  readonly initial: State;
  /**
   * The states in which the object may be after the operation; none where it cannot have answered so.
   * Null: nobody knows the answer, so that any will do. A state that stays as it is is returned as it
   * is, the very same value.
   */
  step(state: State, input: Input, output: Output | null): readonly State[];
  /** Equal for states that no operation tells apart, and for no others. */
  stateKey(state: State): string;
  /** Equal for inputs that can stand in for each other wherever nobody knows the answer. */
  inputKey(input: Input): string;
  /** Whether an operation with this answer leaves the object as it is, whatever its state. */
  readsOnly(input: Input, output: Output | null): boolean;
  /**
   * Where answers tell the order in which operations took effect: in every order those of lower rank
   * come first. Null where an answer does not tell.
   */
  rank?(input: Input, output: Output): number | null;
}

/** What a history is checked against, and in which words its operations are told. */
export interface Model<Input, Output, State> {
  /** Parts by name; a history is linearizable exactly when each of them is. */
  parts(history: History<Input, Output>): ReadonlyMap<string, History<Input, Output>>;
  /**
   * What the operations of a part are checked against. It may rule out what their answers contradict,
   * whenever they came: a search that knows what will be read takes fewer wrong turns.
   */
  specification(operations: History<Input, Output>): Specification<Input, Output, State>;
  describe(input: Input, output: Output | null): string;
  describeState(state: State): string;
}

/**
 * The operations by the object they are about. Objects that nothing joins can be judged one by one
 * (Horn & Kroening, "Faster linearizability checking via P-compositionality", 2015), which is far
 * quicker than all at once.
 */
export function groupByObject<Input, Output>(
  history: History<Input, Output>,
  objectOf: (input: Input) => string,
): ReadonlyMap<string, History<Input, Output>> {
  const groups = new Map<string, Operation<Input, Output>[]>();
  for (const operation of history) {
    const object = objectOf(operation.input);
    const group = groups.get(object);
    if (group === undefined) groups.set(object, [operation]);
    else group.push(operation);
  }
  return groups;
}
