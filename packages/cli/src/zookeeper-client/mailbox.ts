/** Hands on what comes, in order, to who waits for it. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  #wake: () => void = () => undefined;

  put(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  /** The next item; null when it was stopped before there was one. */
  async take(stop: AbortSignal): Promise<Item | null> {
    while (!stop.aborted) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        stop.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return null;
  }
}
