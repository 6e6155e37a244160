/** What a client was told, and when it heard it. */
export interface Answer<Output> {
  readonly at: number;
  readonly output: Output;
}

/** One operation as its client saw it. */
export interface Operation<Input, Output> {
  readonly client: string | number;
  readonly input: Input;
  /**
   * When it was asked for, in the unit of {@link Answer.at}. All clients go by one monotonic clock, the
   * finer the better: what ends in the moment in which something else begins counts as concurrent with it.
   */
  readonly invoked: number;
  /** Null: nobody knows; it may take effect at any time after it was asked for, or never. */
  readonly answer: Answer<Output> | null;
}

/** What all clients together saw, in any order. */
export type History<Input, Output> = readonly Operation<Input, Output>[];
