/** How many requests, and the first seed. */
export const REQUESTS: number = Number(process.env["QUORATE_FUZZ_REQUESTS"] ?? 20_000);
export const FIRST_SEED: number = Number(process.env["QUORATE_FUZZ_SEED"] ?? 1);

/** Says which seed it was, and how to run it alone. */
export function withSeed(seed: number, requests: number, error: unknown): Error {
  const again = `QUORATE_FUZZ_SEED=${seed} QUORATE_FUZZ_REQUESTS=${requests}`;
  return new Error(`seed ${seed} (again with ${again}): ${String(error)}`, { cause: error });
}
