/** What passes through a pipe: bytes, and how it begins and ends. */
export type PipeItem = Uint8Array | "open" | "end" | "reset";

/** What a pipe runs on. */
export interface PipeSite {
  /** Runs the callback after so many virtual ms. */
  after(millis: number, run: () => void): void;
  now(): number;
  delayMillis(): number;
  /** Nothing gets through; what is sent waits, as in a socket. */
  isCut(): boolean;
}

/** One direction of a connection: in order, each item after its time. */
export class Pipe {
  readonly #site: PipeSite;
  readonly #deliver: (item: PipeItem) => void;
  #items: PipeItem[] = [];
  /** Items whose time has come. */
  #due = 0;
  /** When the last item arrives. */
  #lastAt = 0;

  constructor(site: PipeSite, deliver: (item: PipeItem) => void) {
    this.#site = site;
    this.#deliver = deliver;
  }

  push(item: PipeItem): void {
    const now = this.#site.now();
    this.#lastAt = Math.max(this.#lastAt, now + this.#site.delayMillis());
    this.#items.push(item);
    this.#site.after(this.#lastAt - now, () => {
      this.#due++;
      this.flow();
    });
  }

  /** Delivers what is due; to be called when the way is free again. */
  flow(): void {
    while (this.#due > 0 && !this.#site.isCut()) {
      this.#due--;
      const item = this.#items.shift();
      if (item !== undefined) this.#deliver(item);
    }
  }

  /** Loses all that is on the way; returns how many bytes that were. */
  lose(): number {
    const lost = this.#items;
    this.#items = [];
    return lost.reduce((sum, item) => sum + (typeof item === "string" ? 0 : item.length), 0);
  }
}
