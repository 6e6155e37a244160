/** Different troubles remembered of one thing; a later one is not told any more. */
const WHYS_MAX = 8;

/** Things remembered; the oldest is forgotten first. */
const THINGS_MAX = 1000;

/** Remembers what was told, so that a trouble is told once and not at every redial. */
export class TroubleLog {
  readonly #told = new Map<string, Set<string>>();

  /** Whether this was not told yet; from now on it was. */
  isNews(thing: string, why: string): boolean {
    const told = this.#told.get(thing) ?? new Set();
    if (told.has(why) || told.size >= WHYS_MAX) return false;
    told.add(why);
    this.#told.set(thing, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > THINGS_MAX && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }

  /** All is well again; whether there was trouble. */
  isOver(thing: string): boolean {
    return this.#told.delete(thing);
  }
}
