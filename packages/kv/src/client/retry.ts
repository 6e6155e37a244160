import { Backoff } from "./backoff.ts";
import type { ClientClock } from "./clock.ts";
import { EtcdError, isTransient } from "./etcd-error.ts";

/** Makes a call that may be repeated until a server answers it, whatever the answer is. */
export async function untilAnswered<Answer>(
  clock: ClientClock,
  signal: AbortSignal | undefined,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const backoff = new Backoff();
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof EtcdError) || !isTransient(thrown)) throw thrown;
      await pause(clock, backoff.take(), signal);
    }
  }
}

/** @throws the reason of the signal */
export function pause(
  clock: ClientClock,
  millis: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = (): void => {
      stop();
      reject(signal?.reason as Error);
    };
    const stop = clock.after(millis, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
