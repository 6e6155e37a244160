import type { Operation } from "../../../src/testing/linearizability/index.ts";

/** Turns a log, in which the calls and the answers of each process take turns, into operations. */
export class LoggedOperations<Input, Output> {
  readonly #open = new Map<string, { readonly input: Input; readonly invoked: number }>();
  readonly #operations: Operation<Input, Output>[] = [];
  #moment = 0;

  invoke(client: string, input: Input): void {
    this.#open.set(client, { input, invoked: this.#moment++ });
  }

  answer(client: string, outputOf: (input: Input) => Output): void {
    const { input, invoked } = this.#close(client);
    const answer = { at: this.#moment++, output: outputOf(input) };
    this.#operations.push({ client, input, invoked, answer });
  }

  /** It certainly did not happen. */
  drop(client: string): void {
    this.#close(client);
  }

  /** What nobody was answered stays open. */
  finish(): readonly Operation<Input, Output>[] {
    const open = [...this.#open].map(([client, call]) => ({ client, ...call, answer: null }));
    return [...this.#operations, ...open];
  }

  #close(client: string): { readonly input: Input; readonly invoked: number } {
    const call = this.#open.get(client);
    if (call === undefined) throw new Error(`${client} has no operation under way`);
    this.#open.delete(client);
    return call;
  }
}
