import { setTimeout as pause } from "node:timers/promises";

const WITHIN_MS = 30_000;
const POLL_MS = 20;

/**
 * Asks again and again until there is an answer, and gives it back.
 *
 * @param what - what is waited for, in words, for who reads that it did not come
 * @param ask - null while it is not so
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | null> | Answer | null,
): Promise<Answer> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await pause(POLL_MS);
  }
}
