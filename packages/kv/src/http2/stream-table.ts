import type { Http2Stream } from "./stream.ts";

/** The streams of one connection, and what is known of those that are not open (RFC 9113 §5.1). */
export class StreamTable {
  readonly #open = new Map<number, Http2Stream>();
  /** The latest that we have reset: what the peer sent before it knew is not held against it. */
  readonly #reset = new Set<number>();
  readonly #resetsRemembered: number;
  #last = 0;

  /** @param resetsRemembered - as many as may be open at once */
  constructor(resetsRemembered: number) {
    this.#resetsRemembered = resetsRemembered;
  }

  /** Streams that are not over. */
  get size(): number {
    return this.#open.size;
  }

  /** The greatest id that the peer has used. */
  get last(): number {
    return this.#last;
  }

  get(id: number): Http2Stream | undefined {
    return this.#open.get(id);
  }

  all(): Iterable<Http2Stream> {
    return this.#open.values();
  }

  /** Whether the peer has never opened it, nor given it up by opening a greater one. */
  isIdle(id: number): boolean {
    return id > this.#last || (id & 1) === 0;
  }

  wasReset(id: number): boolean {
    return this.#reset.has(id);
  }

  /** The peer uses the id, whatever becomes of the stream. */
  use(id: number): void {
    this.#last = id;
  }

  add(stream: Http2Stream): void {
    this.#open.set(stream.id, stream);
  }

  remove(stream: Http2Stream): void {
    this.#open.delete(stream.id);
  }

  clear(): void {
    this.#open.clear();
  }

  rememberReset(id: number): void {
    this.#reset.add(id);
    if (this.#reset.size <= this.#resetsRemembered) return;
    for (const oldest of this.#reset) {
      this.#reset.delete(oldest);
      return;
    }
  }
}
