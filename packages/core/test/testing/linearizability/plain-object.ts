/** An object as simple as can be: what models must agree with, written down a second time. */
export interface PlainObject<Input, Output, State> {
  readonly initial: State;
  /** What can come of an operation; several, where others change the object as well. */
  serve(state: State, input: Input): readonly Served<Output, State>[];
  /** Whether what came of it is what a client was answered. */
  isAnswer(told: Output, served: Output): boolean;
}

export interface Served<Output, State> {
  readonly state: State;
  readonly output: Output;
}

/** Answers are equal as JSON. */
export function isEqual(told: unknown, served: unknown): boolean {
  return JSON.stringify(told) === JSON.stringify(served);
}
