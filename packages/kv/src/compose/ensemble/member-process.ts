import type { Instant } from "@quorate/core";
import type { MemberRuntime } from "../member-runtime.ts";
import type { Timeline } from "./timeline.ts";

/**
 * One life of a member's process. Whatever happens in it passes through here: while it is paused it
 * waits, in order, and when it has ended it does not happen.
 */
export class MemberProcess implements MemberRuntime {
  readonly #timeline: Timeline;
  readonly #clock: () => Instant;
  #state: "running" | "paused" | "ended" = "running";
  readonly #held: (() => void)[] = [];
  #tellEnd: () => void = () => {};
  readonly #end = new Promise<null>((done) => {
    this.#tellEnd = () => done(null);
  });

  /** @param clock - what it takes for the time */
  constructor(timeline: Timeline, clock: () => Instant = () => timeline.now()) {
    this.#timeline = timeline;
    this.#clock = clock;
  }

  get state(): "running" | "paused" | "ended" {
    return this.#state;
  }

  now(): Instant {
    return this.#clock();
  }

  defer(callback: () => void): void {
    this.schedule(0, callback);
  }

  schedule(millis: number, callback: () => void): void {
    this.#timeline.after(millis, () => this.#run(callback));
  }

  /** On the same beat in all members: an instant for each costs more than one for all. */
  every(millis: number, callback: () => void): () => void {
    let stopped = false;
    const next = (): void =>
      this.schedule(millis - (this.#timeline.now().monotonic % millis), () => {
        if (stopped) return;
        callback();
        next();
      });
    next();
    return () => {
      stopped = true;
    };
  }

  /** Stops where it is, as by SIGSTOP. */
  pause(): void {
    if (this.#state === "running") this.#state = "paused";
  }

  /** Goes on; everything that came meanwhile happens now. */
  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    this.#timeline.after(0, () => this.#catchUp());
  }

  /** Is gone, as by SIGKILL. */
  kill(): void {
    this.#state = "ended";
    this.#held.length = 0;
    this.#tellEnd();
  }

  /** What is promised within this process; null when it has ended by then. */
  async orEnd<T>(promised: Promise<T>): Promise<T | null> {
    const kept = await Promise.race([promised, this.#end]);
    return this.#state === "ended" ? null : kept;
  }

  /** What comes later waits behind what is held, until none is. */
  #catchUp(): void {
    const held = this.#held;
    let next = 0;
    for (; this.#state === "running" && next < held.length; next++) held[next]?.();
    held.splice(0, next);
  }

  #run(callback: () => void): void {
    if (this.#state === "ended") return;
    if (this.#state === "paused" || this.#held.length > 0) this.#held.push(callback);
    else callback();
  }
}
