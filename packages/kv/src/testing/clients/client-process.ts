import type { ClientClock } from "../../client/clock.ts";

/**
 * The process that a client runs in. While it is paused, as by SIGSTOP, it hears nothing and its
 * timers do not fire. All of that comes when it goes on.
 */
export class ClientProcess {
  /** The time as the process has it. */
  readonly clock: ClientClock;
  readonly #now: () => number;
  #isPaused = false;
  /** When it went on for the last time. */
  #resumedAt = 0;
  readonly #held: (() => void)[] = [];

  constructor(time: ClientClock) {
    this.#now = () => time.now();
    this.clock = {
      now: this.#now,
      after: (millis, run) => {
        let isOff = false;
        const stop = time.after(millis, () =>
          this.enter(() => {
            if (!isOff) run();
          }),
        );
        return () => {
          isOff = true;
          stop();
        };
      },
    };
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether it was never paused since then. */
  hasListenedSince(time: number): boolean {
    return !this.#isPaused && this.#resumedAt < time;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#resumedAt = this.#now();
    for (const run of this.#held.splice(0)) run();
  }

  /** Runs the callback in the process: at once, unless it is paused. */
  enter(run: () => void): void {
    if (this.#isPaused) this.#held.push(run);
    else run();
  }
}
