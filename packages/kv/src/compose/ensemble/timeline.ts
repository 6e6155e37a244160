import { performance } from "node:perf_hooks";
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "node:timers";
import { QuorateError, type Instant } from "@quorate/core";
import { EventQueue } from "@quorate/core/memory";

/** The wall clock of a time that passes by itself only. */
const WALL_START = Date.UTC(2030, 0, 1);

/**
 * What the world outside does on its own accord takes so long. Without it, a client that always has a
 * next request would keep a time that waits for everybody from ever passing.
 */
const REACTION_MILLIS = 1;

/** More events of one instant than this are done in several turns of the loop. */
const EVENTS_A_TURN = 10_000;

/** All of this happens outside the members' processes, as far as the queue is concerned. */
const OUTSIDE = -1;

/** How time passes: when it is told to, or as the real one does. */
type Pace =
  | { readonly kind: "told" }
  | { readonly kind: "real"; readonly since: number; readonly from: number }
  | { readonly kind: "stopped" };

/**
 * The time of a whole ensemble. Everything that is due at one instant happens in one turn of Node's
 * loop, in the order in which it was asked for; between two instants whoever waits outside for an
 * answer gets its turn. What is due now happens without being told to.
 *
 * Real time is followed, never read: an instant that comes late, because the process was busy, is
 * still the instant that it was to be, so that nobody's patience ends for that.
 */
export class Timeline {
  readonly #queue = new EventQueue();
  #wallStart = WALL_START;
  #pace: Pace = { kind: "told" };
  /** Whether an event is happening: its time is the time. */
  #happening = false;
  /** How many are letting time pass; what is due happens at their bidding. */
  #walkers = 0;
  #alarm: { readonly at: number; readonly cancel: () => void } | null = null;
  #waiting: (() => void)[] = [];

  now(): Instant {
    this.#keepUp();
    const monotonic = this.#queue.now;
    return { monotonic, wall: this.#wallStart + Math.floor(monotonic) };
  }

  /** Runs the callback after so many ms, never within the call; returns how to take that back. */
  after(millis: number, run: () => void): () => void {
    if (this.#pace.kind === "stopped") return () => {};
    this.#keepUp();
    const event = this.#queue.add(millis, OUTSIDE, run);
    this.#setAlarm();
    return () => this.#queue.remove(event);
  }

  /** From now on time passes as the real one does. */
  followRealTime(): void {
    const { now } = this.#queue;
    this.#wallStart = Date.now() - Math.floor(now);
    this.#pace = { kind: "real", since: performance.now(), from: now };
    this.#setAlarm();
  }

  /** Lets so many ms pass, and all that is due in them happen; only where time waits to be told. */
  async advance(millis: number): Promise<void> {
    if (!(millis >= 0 && millis < Infinity)) {
      throw new RangeError(`${millis} ms cannot pass: give a number from 0`);
    }
    if (this.#pace.kind === "real") {
      throw new RangeError('time passes by itself: start the ensemble with clock: "manual"');
    }
    await this.#walk(this.#queue.now + millis, () => false);
  }

  /** Waits for the condition, letting time pass where it does not by itself; false: not in so many ms. */
  async until(condition: () => boolean, millis: number): Promise<boolean> {
    const end = this.now().monotonic + millis;
    if (this.#pace.kind !== "real") return condition() || this.#walk(end, condition);
    // Something happens at the end, too.
    const takeBack = this.after(millis, () => {});
    try {
      while (!condition()) {
        if (this.now().monotonic >= end) return false;
        await new Promise<void>((done) => this.#waiting.push(done));
        this.#checkGoesOn();
      }
      return true;
    } finally {
      takeBack();
    }
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#pace = { kind: "stopped" };
    this.#clearAlarm();
    while (this.#queue.take() !== null);
    this.#wake();
  }

  async #walk(end: number, isDone: () => boolean): Promise<boolean> {
    const queue = this.#queue;
    this.#walkers++;
    this.#clearAlarm();
    try {
      for (let isReaction = false; ; isReaction = true) {
        await turnOfTheLoop();
        this.#checkGoesOn();
        if (isDone()) return true;
        if (queue.nextTime > end) {
          queue.advanceTo(end);
          return false;
        }
        if (isReaction && queue.nextTime <= queue.now) {
          if (queue.now >= end) return false;
          queue.advanceTo(Math.min(end, queue.now + REACTION_MILLIS));
        }
        this.#instant();
      }
    } finally {
      this.#walkers--;
      this.#setAlarm();
    }
  }

  /** Lets everything happen that is due at the next instant, and what it causes at once. */
  #instant(): void {
    const queue = this.#queue;
    const time = Math.max(queue.now, queue.nextTime);
    this.#happening = true;
    try {
      for (let left = EVENTS_A_TURN; left > 0 && queue.nextTime <= time; left--) {
        queue.take()?.run();
      }
    } finally {
      this.#happening = false;
      this.#wake();
    }
  }

  #wake(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  /** Sees to it that the next instant comes. */
  #setAlarm(): void {
    if (this.#happening || this.#walkers > 0 || this.#isStopped()) return;
    const { nextTime } = this.#queue;
    const wait = nextTime - this.#present();
    if (wait > 0 && (this.#pace.kind !== "real" || nextTime === Infinity)) return;
    if (this.#alarm !== null && this.#alarm.at <= nextTime) return;
    this.#clearAlarm();
    const ring = (): void => {
      this.#alarm = null;
      try {
        if (this.#queue.nextTime <= this.#present()) this.#instant();
      } finally {
        this.#setAlarm();
      }
    };
    this.#alarm = { at: nextTime, cancel: wait > 0 ? later(wait, ring) : soon(ring) };
  }

  #clearAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = null;
  }

  /** The time now; what was due before may not have happened yet. */
  #present(): number {
    const pace = this.#pace;
    return pace.kind === "real" ? pace.from + performance.now() - pace.since : this.#queue.now;
  }

  /** Moves the time on while nothing happens, but not past what is still to happen. */
  #keepUp(): void {
    if (this.#happening || this.#pace.kind !== "real") return;
    this.#queue.advanceTo(Math.min(this.#present(), this.#queue.nextTime));
  }

  #checkGoesOn(): void {
    if (this.#isStopped()) throw new QuorateError("ERR_STOPPED", "the ensemble is closed");
  }

  #isStopped(): boolean {
    return this.#pace.kind === "stopped";
  }
}

/** Everything that waits for a promise that is settled goes on before this does. */
function turnOfTheLoop(): Promise<void> {
  return new Promise((done) => void setImmediate(done));
}

function soon(run: () => void): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}

function later(millis: number, run: () => void): () => void {
  const timer = setTimeout(run, millis);
  return () => clearTimeout(timer);
}
