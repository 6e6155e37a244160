/** Hands on what comes, in order, to who waits for it; until it is stopped. */
export class Mailbox<Item> {
  readonly #stop: AbortSignal;
  readonly #items: Item[] = [];
  #wake: () => void = () => undefined;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
    stop.addEventListener("abort", () => this.#wake(), { once: true });
  }

  put(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  /** The next item; null when it was stopped before there was one. */
  async take(): Promise<Item | null> {
    while (!this.#stop.aborted) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return null;
  }
}
