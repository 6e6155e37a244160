import { assert } from "@quorate/core";
import type { KeyHistory } from "./key-history.ts";
import type { KeyText } from "./key-order.ts";
import { isLive } from "./version.ts";

/** So many turns of a block are remembered. */
const TURNS_MAX = 64;

/** A key of the block came to life or was deleted. */
interface Turn {
  readonly revision: number;
  /** How many were live before. */
  readonly live: number;
}

/** Some neighbouring keys, in order, and how many of them were live when. */
export class KeyBlock {
  /** No key in it is smaller. */
  readonly from: KeyText;
  readonly histories: KeyHistory[];
  /** How many of them are live now. */
  #live: number;
  /** The last turns, oldest first. */
  readonly #turns: Turn[] = [];
  /** What was before this revision is not remembered. */
  #rememberedFrom: number;

  constructor(from: KeyText, histories: KeyHistory[], rememberedFrom: number) {
    this.from = from;
    this.histories = histories;
    this.#live = histories.reduce((live, { newest }) => (isLive(newest) ? live + 1 : live), 0);
    this.#rememberedFrom = rememberedFrom;
  }

  insert(history: KeyHistory): void {
    const last = this.histories.at(-1);
    if (last === undefined || last.key < history.key) this.histories.push(history);
    else this.histories.splice(this.placeOf(history.key), 0, history);
  }

  remove(key: KeyText): void {
    const [removed] = this.histories.splice(this.placeOf(key), 1);
    assert(removed?.key === key && !isLive(removed.newest), "only a deleted key is removed");
  }

  turn(revision: number, by: 1 | -1): void {
    this.#turns.push({ revision, live: this.#live });
    if (this.#turns.length > TURNS_MAX) this.#forgetTurns(TURNS_MAX >> 1);
    this.#live += by;
  }

  /** Keeps so many keys and gives the others to a new block. */
  split(keep: number): KeyBlock {
    const moved = this.histories.splice(keep);
    // How many of those that stay, or go, were live before nobody has counted.
    this.#forgetTurns(this.#turns.length);
    const block = new KeyBlock((moved[0] as KeyHistory).key, moved, this.#rememberedFrom);
    this.#live -= block.#live;
    return block;
  }

  /** How many were live at the revision; null when only looking at each would tell. */
  liveAt(revision: number): number | null {
    if (revision < this.#rememberedFrom) return null;
    let live = this.#live;
    for (let i = this.#turns.length - 1; i >= 0; i--) {
      const turn = this.#turns[i] as Turn;
      if (turn.revision <= revision) break;
      live = turn.live;
    }
    return live;
  }

  /** How many between two places were live at the revision. */
  count(begin: number, end: number, revision: number): number {
    if (begin >= end) return 0;
    const live = this.liveAt(revision);
    if (live === 0) return 0;
    const isWhole = begin === 0 && end === this.histories.length;
    if (live !== null && isWhole) return live;
    if (live === this.histories.length) return end - begin;
    let count = 0;
    for (let place = begin; place < end; place++) {
      if (isLive(this.histories[place]?.at(revision))) count++;
    }
    return count;
  }

  /** The place of the first key that is not smaller. */
  placeOf(key: KeyText): number {
    let low = 0;
    let high = this.histories.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.histories[middle] as KeyHistory).key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forgetTurns(count: number): void {
    this.#rememberedFrom = this.#turns.splice(0, count).at(-1)?.revision ?? this.#rememberedFrom;
  }
}
