import { InvalidArgumentError } from "commander";

/** Seeds from the first to the last, both run. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/** Seeds are 32 bits wide, like the generator that they start. */
export const SEED_MAX = 0xffff_ffff;

/** Parses `A..B`, or `A` alone. */
export function parseSeedRange(text: string): SeedRange {
  const [, from = "", to = from] = /^([0-9]+)(?:\.\.([0-9]+))?$/.exec(text) ?? [];
  const first = from === "" ? Number.NaN : Number(from);
  const last = Number(to);
  if (first <= last && last <= SEED_MAX) return { first, last };
  throw new InvalidArgumentError(
    `it must be A..B with whole numbers 0 <= A <= B <= ${SEED_MAX}, such as 1..500.`,
  );
}

/** The range in pieces of at most `size` seeds, in order. */
export function piecesOf({ first, last }: SeedRange, size: number): readonly SeedRange[] {
  const pieces: SeedRange[] = [];
  for (let from = first; from <= last; from += size) {
    pieces.push({ first: from, last: Math.min(last, from + size - 1) });
  }
  return pieces;
}
