/** Takes a write only with a fencing token that is no smaller than the greatest it has seen. */
export class Fence {
  #greatest = 0;

  /** Whether the write is taken. */
  take(token: number): boolean {
    if (token < this.#greatest) return false;
    this.#greatest = token;
    return true;
  }
}
