interface Waiting<Item> {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const DONE = { done: true, value: undefined } as const;

/** Items that wait for the one who takes them, one at a time; tells how much waits. */
export class Inbox<Item> {
  readonly #items: { readonly item: Item; readonly size: number }[] = [];
  readonly #waiting: Waiting<Item>[] = [];
  readonly #emptied: () => void;
  #size = 0;
  #end: { readonly error: unknown } | null = null;

  /** @param emptied - called when the last item that waited was taken */
  constructor(emptied: () => void) {
    this.#emptied = emptied;
  }

  /** The sizes of what waits, together. */
  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  put(item: Item, size: number): void {
    if (this.#end !== null) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting.resolve({ done: false, value: item });
    this.#items.push({ item, size });
    this.#size += size;
  }

  /** Nothing more comes; what waits can still be taken, and then the error, unless it is null. */
  end(error: unknown): void {
    if (this.#end !== null) return;
    this.#end = { error };
    for (const waiting of this.#waiting.splice(0)) this.#conclude(waiting);
  }

  /** Drops what waits. */
  clear(): void {
    this.#items.length = 0;
    this.#size = 0;
  }

  take(): Promise<IteratorResult<Item, undefined>> {
    const first = this.#items.shift();
    if (first !== undefined) {
      this.#size -= first.size;
      if (this.#items.length === 0) this.#emptied();
      return Promise.resolve({ done: false, value: first.item });
    }
    return new Promise((resolve, reject) => {
      if (this.#end === null) this.#waiting.push({ resolve, reject });
      else this.#conclude({ resolve, reject });
    });
  }

  /** The error is told once; from then on there is just nothing more. */
  #conclude({ resolve, reject }: Waiting<Item>): void {
    const error = this.#end?.error ?? null;
    this.#end = { error: null };
    if (error === null) resolve(DONE);
    else reject(error);
  }
}
