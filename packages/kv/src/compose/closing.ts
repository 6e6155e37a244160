import { toQuorateError, type QuorateError } from "@quorate/core";

/** What is to be undone when a member stops; the last thing made is the first to go. */
export class Closing {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  /** A step that fails does not keep the others. */
  async run(): Promise<void> {
    let failure: QuorateError | null = null;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (thrown) {
        failure ??= toQuorateError(thrown);
      }
    }
    if (failure !== null) throw failure;
  }

  /** Runs `start`; what it made before it failed is undone. */
  static async guard<T>(start: (closing: Closing) => Promise<T>): Promise<T> {
    const closing = new Closing();
    try {
      return await start(closing);
    } catch (error) {
      await closing.run();
      throw error;
    }
  }
}
