import type { Index } from "../ids.ts";

/** The appends under way to one follower, oldest first: a window in messages and bytes. */
export class Inflights {
  readonly #messages: { readonly last: Index; readonly bytes: number }[] = [];
  #bytes = 0;

  isFull(messagesMax: number, bytesMax: number): boolean {
    return this.#messages.length >= messagesMax || this.#bytes >= bytesMax;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  add(last: Index, bytes: number): void {
    this.#messages.push({ last, bytes });
    this.#bytes += bytes;
  }

  /** The follower has everything up to the index. */
  freeThrough(match: Index): void {
    while ((this.#messages[0]?.last ?? Infinity) <= match) {
      this.#bytes -= this.#messages.shift()?.bytes ?? 0;
    }
  }
}
