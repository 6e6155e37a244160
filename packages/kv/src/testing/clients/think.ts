import type { Prng } from "@quorate/core";
import type { Span } from "@quorate/core/testing/sim";
import type { ClientProcess } from "./client-process.ts";

/** Who thinks. */
interface Thinker {
  readonly prng: Prng;
  readonly process: ClientProcess;
}

/** How long clients think, and until when. */
interface Thinking {
  readonly workload: { readonly think: Span };
  readonly over: AbortSignal;
}

/** Waits as long as a client thinks between two requests; false when it is to make no more. */
export async function think(client: Thinker, { workload, over }: Thinking): Promise<boolean> {
  const { from, to } = workload.think;
  await pause(client, client.prng.between(from, to));
  return !over.aborted;
}

/** Waits in the client's process. */
export function pause({ process }: Thinker, millis: number): Promise<void> {
  return new Promise((done) => void process.clock.after(millis, done));
}
