import type { Output } from "./terminal.ts";

/** How often a line is written anew: often enough to be seen to move. */
const EVERY_MILLIS = 100;

/** A line that is written over and over, for a person who waits; for anybody else there is none. */
export class ProgressLine {
  readonly #output: Output;
  readonly #isWanted: boolean;
  #shown = false;
  #next = 0;

  constructor(output: Output, isWanted: boolean) {
    this.#output = output;
    this.#isWanted = isWanted && output.isTerminal;
  }

  show(text: string): void {
    const now = performance.now();
    if (!this.#isWanted || now < this.#next) return;
    this.#next = now + EVERY_MILLIS;
    this.#shown = true;
    this.#output.write(`\r${text}\u001b[K`);
  }

  /** Leaves the line empty for what follows. */
  clear(): void {
    if (this.#shown) this.#output.write("\r\u001b[K");
    this.#shown = false;
  }
}
