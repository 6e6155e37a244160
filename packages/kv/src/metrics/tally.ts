/** How many values there were, and how large they were, without keeping any of them. */
export class Tally {
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** The least; 0 before there is one. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  /** The greatest; 0 before there is one. */
  get max(): number {
    return this.#count === 0 ? 0 : this.#max;
  }

  /** 0 before there is one. */
  get average(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  observe(value: number): void {
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  reset(): void {
    this.#count = this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
  }
}
