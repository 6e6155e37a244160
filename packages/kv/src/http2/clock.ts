/** Time as the server sees it: Node's own, or a test's. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs the callback once after about so many milliseconds; the answer takes that back. */
  after(millis: number, callback: () => void): () => void;
}
