/** Waits for conditions that only events bring about; whoever causes one wakes the waiters. */
export class Waiters {
  #waiting: { readonly met: () => boolean; readonly done: () => void }[] = [];

  until(met: () => boolean): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ met, done });
      this.wake();
    });
  }

  wake(): void {
    this.#waiting = this.#waiting.filter(({ met, done }) => {
      if (!met()) return true;
      done();
      return false;
    });
  }
}
