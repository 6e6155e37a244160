/** How large messages are: the last, the smallest and the largest, in bytes; -1 before there is one. */
export class SizeRange {
  #last = -1;
  #min = -1;
  #max = -1;

  get last(): number {
    return this.#last;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  observe(bytes: number): void {
    this.#last = bytes;
    if (this.#min < 0 || bytes < this.#min) this.#min = bytes;
    if (bytes > this.#max) this.#max = bytes;
  }

  reset(): void {
    this.#last = this.#min = this.#max = -1;
  }
}
