import { MemoryNetwork } from "../../src/memory/memory-network.ts";
import { Prng } from "../../src/prng.ts";
import type { Transport } from "../../src/ports/transport.ts";
import type { TransportPlace } from "../../src/testing/compliance/index.ts";
import { EventQueue } from "../../src/memory/event-queue.ts";

let eventsRun = 0;

/** So many events have run in all networks: one that stands still for long will not go on. */
export function networkActivity(): number {
  return eventsRun;
}

/** A network in memory whose virtual time goes on by itself, between the steps of a test. */
export async function networkPlace(queues: "roomy" | "short"): Promise<TransportPlace> {
  const prng = new Prng(1);
  const events = new EventQueue();
  let isRunning = false;
  const run = (): void => {
    const event = events.take();
    isRunning = event !== null;
    if (event === null) return;
    eventsRun++;
    setImmediate(run);
    event.run();
  };
  const network = new MemoryNetwork({
    schedule: (_member, millis, callback) => {
      events.add(millis, 0, callback);
      if (!isRunning) setImmediate(run);
      isRunning = true;
    },
    delayMillis: () => 1 + prng.below(10),
    redialMillis: () => prng.below(20),
    queueFramesMax: queues === "short" ? 100 : 10_000,
  });
  let processes = 0;
  return {
    start: async (at) => {
      const members = new Set<string>();
      const own = network.transport();
      const transport: Transport = {
        join(identity, peers, receiver) {
          members.add(identity.self);
          return own.join(identity, peers, receiver);
        },
      };
      return {
        transport,
        addresses: at ?? [`memory:${++processes}`],
        kill: async () => {
          for (const member of members) network.kill(member, () => prng.below(30));
        },
      };
    },
  };
}
