/**
 * Short lists of small counts, each kept once and known by a number, so that sets of operations are
 * compared and looked up as numbers. 0 is the list of zeros.
 */
export class Tallies {
  readonly #width: number;
  readonly #lists: Uint16Array[] = [];
  readonly #ids = new Map<string, number>();
  /** What adding one gives, and taking one away, by list and place. */
  readonly #added = new Map<number, number>();
  readonly #taken = new Map<number, number>();

  constructor(width: number) {
    this.#width = width;
    this.#intern(new Uint16Array(width));
  }

  count(id: number, place: number): number {
    return this.#lists[id]?.[place] ?? 0;
  }

  plusOne(id: number, place: number): number {
    return this.#moved(this.#added, id, place, 1);
  }

  minusOne(id: number, place: number): number {
    return this.#moved(this.#taken, id, place, -1);
  }

  /** Whether no count of the first is above the second's. */
  isWithin(id: number, other: number): boolean {
    if (id === 0 || id === other) return true;
    const [counts, limits] = [this.#list(id), this.#list(other)];
    return counts.every((count, place) => count <= (limits[place] ?? 0));
  }

  #moved(memory: Map<number, number>, id: number, place: number, by: number): number {
    const key = id * this.#width + place;
    const known = memory.get(key);
    if (known !== undefined) return known;
    const list = this.#list(id).slice();
    list[place] = this.count(id, place) + by;
    const moved = this.#intern(list);
    memory.set(key, moved);
    return moved;
  }

  #list(id: number): Uint16Array {
    return this.#lists[id] ?? new Uint16Array(this.#width);
  }

  #intern(list: Uint16Array): number {
    const key = String.fromCharCode(...list);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#lists.push(list) - 1;
    this.#ids.set(key, id);
    return id;
  }
}
