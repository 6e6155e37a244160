import { assert } from "../../assert.ts";

/** Registers one test: vitest's `test`, node's, or a list's `push`. */
export type SuiteTest = (name: string, body: () => Promise<void>) => void;

/** Fails the test that calls it. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [worded(actual), worded(expected)];
  assert(found === wanted, `${what}: ${found}, expected ${wanted}`);
}

/** The value as text, the same for equal values; bytes in hex. */
function worded(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${Array.from(value, hex).join("")}`;
  if (Array.isArray(value)) return `[${value.map(worded).join(", ")}]`;
  if (value instanceof Error) return String(value);
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${name}: ${worded(field)}`).join(", ")}}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/**
 * Calls, and waits for the callback.
 *
 * Fails when the callback runs within the call: the caller is then in the middle of something.
 */
export function answered<T>(call: (done: (value: T) => void) => void): Promise<T> {
  const answer = new Promise<T>((resolve, reject) => {
    let within = true;
    call((value) => {
      if (within) reject(new Error("the callback ran inside the call that takes it"));
      else resolve(value);
    });
    within = false;
  });
  // The test that would wait for it may have failed before.
  answer.catch(() => {});
  return answer;
}
