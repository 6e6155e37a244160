import type { Tallies } from "./tallies.ts";

/** How far an order has come: what an operation that comes next can tell of those before it. */
export interface Configuration {
  /** All operations that were answered before this level have taken effect. */
  readonly level: number;
  /** Which of the others that will be answered have too, by slot. */
  readonly ahead: number;
  /** How many of each kind of those that never were. */
  readonly unanswered: number;
  /** The number of the state that this leads to. */
  readonly state: number;
}

interface Reached {
  readonly configuration: Configuration;
  /** Another that differs in what was never answered only. */
  readonly other: Reached | null;
}

const SLOTS_AT_FIRST = 1024;

/**
 * The configurations that a search has reached. One is not worth a look when another has used up fewer
 * of the operations that were never answered, and is as far in everything else: whatever explains the
 * rest from here explains it from there, for nothing obliges those operations to take effect.
 */
export class Configurations {
  readonly #unanswered: Tallies;
  /** By hash; what is there already is in the next free slot. */
  #slots: (Reached | undefined)[] = emptySlots(SLOTS_AT_FIRST);
  #used = 0;
  #comparisons = 0;

  constructor(unanswered: Tallies) {
    this.#unanswered = unanswered;
  }

  /** How many were compared with each other so far. */
  get comparisons(): number {
    return this.#comparisons;
  }

  /** False where it is not worth a look. */
  add(configuration: Configuration): boolean {
    const slot = this.#slotOf(configuration);
    const alike = this.#slots[slot] ?? null;
    for (let reached = alike; reached !== null; reached = reached.other) {
      this.#comparisons++;
      const { unanswered } = reached.configuration;
      if (this.#unanswered.isWithin(unanswered, configuration.unanswered)) return false;
    }
    this.#slots[slot] = { configuration, other: alike };
    if (alike === null && ++this.#used * 2 > this.#slots.length) this.#grow();
    return true;
  }

  /** Where those are that differ in what was never answered only, or would be. */
  #slotOf({ level, ahead, state }: Configuration): number {
    const last = this.#slots.length - 1;
    let hash = Math.imul(level, 0x9e37_79b1) ^ Math.imul(state, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ ahead, 0xc2b2_ae35);
    let slot = (hash ^ (hash >>> 13)) & last;
    for (;;) {
      const there = this.#slots[slot]?.configuration;
      if (there === undefined) return slot;
      if (there.level === level && there.ahead === ahead && there.state === state) return slot;
      slot = (slot + 1) & last;
    }
  }

  #grow(): void {
    const reached = this.#slots;
    this.#slots = emptySlots(reached.length * 2);
    for (const each of reached) {
      if (each !== undefined) this.#slots[this.#slotOf(each.configuration)] = each;
    }
  }
}

function emptySlots(length: number): (Reached | undefined)[] {
  return Array.from<Reached | undefined>({ length });
}
