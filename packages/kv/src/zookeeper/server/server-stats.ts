/** What a server counts for `srvr` and `mntr`. */
export class ServerStats {
  received = 0;
  sent = 0;
  #replies = 0;
  #totalMillis = 0;
  #minMillis = Infinity;
  #maxMillis = 0;

  get minLatencyMillis(): number {
    return this.#replies === 0 ? 0 : Math.round(this.#minMillis);
  }

  get maxLatencyMillis(): number {
    return Math.round(this.#maxMillis);
  }

  get averageLatencyMillis(): number {
    return this.#replies === 0 ? 0 : this.#totalMillis / this.#replies;
  }

  /** A request was answered so long after it came. */
  answered(millis: number): void {
    this.#replies++;
    this.#totalMillis += millis;
    if (millis < this.#minMillis) this.#minMillis = millis;
    if (millis > this.#maxMillis) this.#maxMillis = millis;
  }
}
