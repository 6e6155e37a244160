import { EventQueue } from "../../../src/memory/event-queue.ts";
import { Prng } from "../../../src/prng.ts";
import type { History, Operation } from "../../../src/testing/linearizability/index.ts";

export interface Workload<Input, Output> {
  readonly seed: number;
  readonly clients: number;
  readonly millis: number;
  /** How long a request is under way. */
  readonly latency: { readonly from: number; readonly to: number };
  /** How long every second of time clients wait in vain for most answers, as while a leader is missing. */
  readonly outageMillis: number;
  /** What the next request is, from what the client was answered last. */
  readonly next: (prng: Prng, last: Output | null) => Input;
  /** The object itself. */
  readonly serve: (input: Input) => Output;
}

const OUTAGE_EVERY_MILLIS = 5000;
const TIMEOUT_MILLIS = 1000;

/**
 * What clients see of an object that serves one request after the other, each at a moment between its
 * call and its answer. In outages some are never answered: a third of these is served nevertheless, a
 * third much later, and a third never.
 */
export function runWorkload<Input, Output>(
  workload: Workload<Input, Output>,
): History<Input, Output> {
  const { clients, millis, latency, outageMillis, next, serve } = workload;
  const queue = new EventQueue();
  const history: Operation<Input, Output>[] = [];
  const prng = new Prng(workload.seed);
  const ask = (client: number, own: Prng, last: Output | null): void => {
    const invoked = queue.now;
    if (invoked >= millis) return;
    const input = next(own, last);
    const way = latency.from + (own.below(1000) / 1000) * (latency.to - latency.from);
    const isLost = invoked % OUTAGE_EVERY_MILLIS < outageMillis && own.chance(0.7);
    if (isLost) {
      history.push({ client, input, invoked, answer: null });
      const fate = own.below(3);
      if (fate < 2) queue.add(fate === 0 ? way : own.between(10, 4000), -1, () => serve(input));
      queue.add(TIMEOUT_MILLIS, -1, () => ask(client, own, null));
      return;
    }
    queue.add(way * (own.below(1000) / 1000), -1, () => {
      const output = serve(input);
      queue.add(invoked + way - queue.now, -1, () => {
        history.push({ client, input, invoked, answer: { at: queue.now, output } });
        ask(client, own, output);
      });
    });
  };
  for (let client = 0; client < clients; client++) ask(client, prng.fork(), null);
  for (let event = queue.take(); event !== null; event = queue.take()) event.run();
  return history;
}
