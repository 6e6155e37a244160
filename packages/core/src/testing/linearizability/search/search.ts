import type { Specification } from "../model.ts";
import type { Operation } from "../operation.ts";
import { Configurations, type Configuration } from "./configurations.ts";
import { Tallies } from "./tallies.ts";
import type { Answered, Timeline } from "./timeline.ts";

/** Where a search can begin: in a state to which some of its operations have led already. */
export interface Start<Input, Output, State> {
  readonly state: State;
  readonly done: ReadonlySet<Operation<Input, Output>>;
}

export type Outcome =
  | { readonly kind: "explained" }
  /** Some order gets to this level, and none past it. */
  | { readonly kind: "stuck"; readonly level: number }
  | { readonly kind: "exhausted"; readonly steps: number };

/** The configurations of one level, in the order in which they were reached. */
interface Level {
  readonly reached: Configuration[];
  /** Those that the level before led to; all others come from them. */
  readonly entries: Configuration[];
  /** With how many of them it was tried to let the level's own operation take effect. */
  tried: number;
  /** With how many of them to let others take effect before it, */
  detoured: number;
  /** and with how many of them others of which nobody knows that they did. */
  supposed: number;
}

/** A wrong order of what was under way at once shows up soon after. */
const WINDOW_PER_SLOT = 3;

/**
 * Looks for an order of operations that explains all answers, each operation taking effect between its
 * call and its answer (Wing & Gong, "Testing and verifying concurrent objects", 1993). It goes from
 * answer to answer and lets an operation take effect no sooner than an answer needs it, by which no
 * order is lost, and it never looks twice at the same configuration (Lowe, "Testing for
 * linearizability", 2017).
 *
 * Where it gets stuck it goes back to the nearest level at which another order is left to try. What
 * nobody was answered it supposes to have happened only when no order nearby will do without, and then
 * as little of it as possible.
 */
export class Search<Input, Output, State> {
  readonly #specification: Specification<Input, Output, State>;
  readonly #timeline: Timeline<Input, Output>;
  readonly #goal: number;
  /** How far to go back before anything is supposed. */
  readonly #window: number;
  readonly #ahead: Tallies;
  readonly #unanswered: Tallies;
  readonly #configurations: Configurations;
  readonly #levels: Level[] = [];
  readonly #states: State[] = [];
  readonly #stateNumbers = new Map<string, number>();
  readonly #mattered = new Set<Operation<Input, Output>>();
  #explained = false;
  #stepped = 0;

  /** @param goal - the level to get to */
  constructor(
    specification: Specification<Input, Output, State>,
    timeline: Timeline<Input, Output>,
    goal: number,
  ) {
    this.#specification = specification;
    this.#timeline = timeline;
    this.#goal = goal;
    this.#window = timeline.slotCount * WINDOW_PER_SLOT;
    this.#ahead = new Tallies(timeline.slotCount);
    this.#unanswered = new Tallies(timeline.unanswered.length);
    this.#configurations = new Configurations(this.#unanswered);
  }

  /** Where the history begins. */
  get beginning(): Start<Input, Output, State> {
    return { state: this.#specification.initial, done: new Set() };
  }

  /** Searches from all the starts, as long as that takes no more than so many steps. */
  run(starts: readonly Start<Input, Output, State>[], stepsMax: number): Outcome {
    for (const start of starts) this.#begin(start);
    let at = this.#levels.length - 1;
    // Behind this one there is nothing left to suppose.
    let last = at;
    while (!this.#explained) {
      const steps = this.#stepped + this.#configurations.comparisons;
      if (steps > stepsMax) return { kind: "exhausted", steps };
      const level = this.#levelAt(at);
      const lastLevel = this.#levelAt(last);
      if (level.tried < level.reached.length) at = this.#tryNext(level, at);
      else if (level.detoured < level.reached.length) at = this.#detourNext(level, at);
      else if (at > 0 && at > last - this.#window) at--;
      else if (lastLevel.supposed < lastLevel.reached.length)
        at = this.#supposeNext(lastLevel, last);
      else if (last > 0) last--;
      else return { kind: "stuck", level: this.#levels.length - 1 };
      last = Math.max(last, at);
    }
    return { kind: "explained" };
  }

  /** Those that were put before others, and then changed the state, in some order that was tried. */
  get mattered(): ReadonlySet<Operation<Input, Output>> {
    return this.#mattered;
  }

  /** How many {@link startsAt} are. */
  countStartsAt(level: number): number {
    return this.#levelAt(level).entries.length;
  }

  /** What all that was answered before the level can have led to. */
  startsAt(level: number): readonly Start<Input, Output, State>[] {
    return this.#levelAt(level).entries.map((configuration) => ({
      state: this.#stateOf(configuration.state),
      done: new Set(this.#doneIn(configuration)),
    }));
  }

  #begin({ state, done }: Start<Input, Output, State>): void {
    let ahead = 0;
    for (const at of this.#timeline.underWayAt(0)) {
      const each = this.#timeline.answered[at];
      if (each === undefined || !done.has(each.operation)) continue;
      ahead = this.#ahead.plusOne(ahead, this.#timeline.slotOf(at));
    }
    let unanswered = 0;
    for (const [kind, alike] of this.#timeline.unanswered.entries()) {
      for (const operation of alike) {
        if (done.has(operation)) unanswered = this.#unanswered.plusOne(unanswered, kind);
      }
    }
    this.#enter({ level: 0, ahead, unanswered, state: this.#numberOf(state) });
  }

  #doneIn({ level, ahead, unanswered }: Configuration): readonly Operation<Input, Output>[] {
    const early = this.#timeline
      .underWayAt(level)
      .filter((at) => this.#isDone(at, ahead))
      .flatMap((at) => this.#timeline.answered[at]?.operation ?? []);
    const lost = this.#timeline.unanswered.flatMap((alike, kind) =>
      alike.slice(0, this.#unanswered.count(unanswered, kind)),
    );
    return [...early, ...lost];
  }

  /** Lets the operation take effect that must now. Returns the level to go on from. */
  #tryNext(level: Level, at: number): number {
    const from = level.reached[level.tried++];
    const due = this.#timeline.answered[at];
    if (from === undefined || due === undefined) return at;
    let furthest = at;
    if (!this.#isNext(due, from)) return furthest;
    for (const state of this.#step(from.state, due.operation.input, due.answer.output)) {
      const next = this.#enter({ ...from, level: at + 1, state: this.#numberOf(state) });
      furthest = Math.max(furthest, next);
    }
    return furthest;
  }

  /** Lets each of the others take effect that must later. Returns the level to go on from. */
  #detourNext(level: Level, at: number): number {
    const from = level.reached[level.detoured++];
    if (from === undefined) return at;
    let furthest = at;
    for (const other of this.#timeline.underWayAt(at)) {
      const each = this.#timeline.answered[other];
      if (other === at || each === undefined || this.#isDone(other, from.ahead)) continue;
      if (!this.#isNext(each, from)) continue;
      const ahead = this.#ahead.plusOne(from.ahead, this.#timeline.slotOf(other));
      furthest = Math.max(furthest, this.#putBefore({ ...from, ahead }, each.operation));
    }
    return furthest;
  }

  /** Lets each of those take effect that nobody was answered. Returns the level to go on from. */
  #supposeNext(level: Level, at: number): number {
    const from = level.reached[level.supposed++];
    if (from === undefined) return at;
    let furthest = at;
    const end = this.#timeline.endOf(at);
    for (const [kind, alike] of this.#timeline.unanswered.entries()) {
      const operation = alike[this.#unanswered.count(from.unanswered, kind)];
      if (operation === undefined || operation.invoked > end) continue;
      const unanswered = this.#unanswered.plusOne(from.unanswered, kind);
      furthest = Math.max(furthest, this.#putBefore({ ...from, unanswered }, operation));
    }
    return furthest;
  }

  /** Lets an operation take effect on a configuration that counts it in already. */
  #putBefore(counted: Configuration, operation: Operation<Input, Output>): number {
    const { input, answer } = operation;
    let furthest = 0;
    for (const state of this.#step(counted.state, input, answer?.output ?? null)) {
      const number = this.#numberOf(state);
      if (number !== counted.state) this.#mattered.add(operation);
      furthest = Math.max(furthest, this.#stay({ ...counted, state: number }));
    }
    return furthest;
  }

  /**
   * Comes to a level, and past it where its operation has taken effect already. Returns the level at
   * which one must, and 0 where this was seen before.
   */
  #enter(from: Configuration): number {
    let { level, ahead } = from;
    for (; level < this.#goal; level++) {
      ahead = this.#readAhead({ ...from, level, ahead });
      const entry = { ...from, level, ahead };
      if (!this.#configurations.add(entry)) return 0;
      const { entries, reached } = this.#levelAt(level);
      entries.push(entry);
      if (!this.#isDone(level, ahead)) {
        reached.push(entry);
        return level;
      }
      ahead = this.#ahead.minusOne(ahead, this.#timeline.slotOf(level));
    }
    this.#explained = true;
    return level;
  }

  /** Stays on a level, where another operation has taken effect; returns as `#enter` does. */
  #stay(from: Configuration): number {
    const { level } = from;
    const ahead = this.#readAhead(from);
    if (!this.#configurations.add({ ...from, ahead })) return 0;
    if (this.#isDone(level, ahead)) {
      const left = this.#ahead.minusOne(ahead, this.#timeline.slotOf(level));
      return this.#enter({ ...from, level: level + 1, ahead: left });
    }
    this.#levelAt(level).reached.push({ ...from, ahead });
    return level;
  }

  /** Whether nothing that is to be explained must come before it. */
  #isNext({ rank }: Answered<Input, Output>, { level, ahead }: Configuration): boolean {
    if (rank === null) return true;
    return this.#timeline.underWayAt(level).every((at) => {
      const other = this.#timeline.answered[at]?.rank ?? null;
      return other === null || other >= rank || at >= this.#goal || this.#isDone(at, ahead);
    });
  }

  #isDone(level: number, ahead: number): boolean {
    return this.#ahead.count(ahead, this.#timeline.slotOf(level)) > 0;
  }

  /**
   * Lets take effect what only reads and finds what it saw: it stands in the way of nothing, and to put
   * it off gains nothing.
   */
  #readAhead({ level, ahead, state }: Configuration): number {
    let read = ahead;
    for (const at of this.#timeline.underWayAt(level)) {
      const each = this.#timeline.answered[at];
      if (each === undefined || !each.readsOnly || this.#isDone(at, ahead)) continue;
      const states = this.#step(state, each.operation.input, each.answer.output);
      if (states.length === 1 && states[0] === this.#stateOf(state)) {
        read = this.#ahead.plusOne(read, this.#timeline.slotOf(at));
      }
    }
    return read;
  }

  #step(number: number, input: Input, output: Output | null): readonly State[] {
    this.#stepped++;
    return this.#specification.step(this.#stateOf(number), input, output);
  }

  #stateOf(number: number): State {
    // Numbers are given out by the next function only.
    return this.#states[number] as State;
  }

  #numberOf(state: State): number {
    const key = this.#specification.stateKey(state);
    const known = this.#stateNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#stateNumbers.set(key, number);
    return number;
  }

  #levelAt(at: number): Level {
    while (this.#levels.length <= at) {
      this.#levels.push({ reached: [], entries: [], tried: 0, detoured: 0, supposed: 0 });
    }
    return this.#levels[at] as Level;
  }
}
