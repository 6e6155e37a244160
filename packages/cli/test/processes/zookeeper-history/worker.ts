import type { Prng } from "@quorate/core";
import type { HostPort } from "../../../src/zookeeper/host-port.ts";
import { LossError, SessionClient, SessionOverError } from "../zookeeper-client/session-client.ts";

/** Somebody who is at work while faults befall the ensemble. */
export interface Worker {
  /** Every client that it has had. */
  readonly clients: readonly SessionClient[];
  /** How often it did what it is for. */
  readonly done: number;
  work(over: AbortSignal): Promise<void>;
}

/** Who a worker is, and whom it asks. */
export interface Identity {
  readonly name: string;
  readonly endpoints: readonly HostPort[];
  readonly sessionMillis: number;
  readonly prng: Prng;
}

export function newClient(who: Identity, name: string = who.name): SessionClient {
  const { endpoints, sessionMillis, prng } = who;
  const first = prng.below(endpoints.length);
  const order = [...endpoints.slice(first), ...endpoints.slice(0, first)];
  return new SessionClient({ name, endpoints: order, sessionMillis });
}

/** Null where the outcome is unknown, or the session is gone: what faults may bring about. */
export async function unlessLost<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof LossError || thrown instanceof SessionOverError) return null;
    throw thrown;
  }
}
