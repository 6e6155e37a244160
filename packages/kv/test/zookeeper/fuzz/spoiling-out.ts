import type { Prng } from "@quorate/core";
import { Out } from "../wire/jute.ts";

/** Numbers around which codecs go wrong, and those that mean something. */
const INTS = [0, 1, -1, 2, 3, 4, 5, 7, 14, 22, 31, 100, -2, 255, 65_536, 2 ** 31 - 1, -(2 ** 31)];
const LONGS = [0n, 1n, -1n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];

/** Writes records of which some fields are not what they should be; lengths and counts are fields. */
export class SpoilingOut extends Out {
  /** How many fields were spoilt. */
  spoilt = 0;
  readonly #prng: Prng;
  readonly #chance: number;

  constructor(prng: Prng, chance: number) {
    super();
    this.#prng = prng;
    this.#chance = chance;
  }

  override int(value: number): this {
    if (!this.#spoils()) return super.int(value);
    return super.int(this.#prng.chance(0.3) ? (value + 1) | 0 : this.#prng.pick(INTS));
  }

  override long(value: bigint): this {
    return super.long(this.#spoils() ? this.#prng.pick(LONGS) : value);
  }

  override bool(value: boolean): this {
    return this.#spoils() ? this.raw(Buffer.of(this.#prng.below(256))) : super.bool(value);
  }

  override buffer(value: Uint8Array | null): this {
    if (value === null || !this.#spoils()) return super.buffer(value);
    switch (this.#prng.below(4)) {
      case 0:
        return super.buffer(null);
      case 1:
        return super.buffer(value.subarray(0, this.#prng.below(value.length + 1)));
      case 2:
        return super.buffer(Buffer.concat([value, anyBytes(this.#prng, 8)]));
      default:
        return super.buffer(anyBytes(this.#prng, this.#prng.below(20)));
    }
  }

  #spoils(): boolean {
    if (!this.#prng.chance(this.#chance)) return false;
    this.spoilt++;
    return true;
  }
}

export function anyBytes(prng: Prng, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => prng.below(256)));
}
