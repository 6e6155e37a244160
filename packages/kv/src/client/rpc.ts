import { QuorateError } from "@quorate/core";
import type { Channel } from "./channel.ts";
import type { ClientClock } from "./clock.ts";
import { EtcdError } from "./etcd-error.ts";

/** What every call takes. */
export interface CallOptions {
  /** How long the call may take; the client's own setting if it is left out. */
  readonly timeoutMillis?: number | undefined;
  /** Ends the call: it rejects with the signal's reason. What it asked for may happen. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls of one client that are under way at once, at most. */
const CALLS_MAX = 16_384;

/** A method as a client knows it. */
export interface ClientMethod<Answer> {
  /** Such as `/etcdserverpb.KV/Range`. */
  readonly path: string;
  /** To make the call twice does no more than to make it once. */
  readonly repeatable: boolean;
  readonly decode: (bytes: Uint8Array) => Answer;
}

/** Calls with one answer, over whichever channel. */
export class Rpc {
  readonly channel: Channel;
  readonly clock: ClientClock;
  readonly #timeoutMillis: number;
  #underWay = 0;

  constructor(channel: Channel, clock: ClientClock, timeoutMillis: number) {
    this.channel = channel;
    this.clock = clock;
    this.#timeoutMillis = timeoutMillis;
  }

  /** @throws {@link EtcdError}, or the reason of the signal */
  async call<Answer>(
    { path, repeatable, decode }: ClientMethod<Answer>,
    request: Uint8Array,
    { timeoutMillis = this.#timeoutMillis, signal }: CallOptions,
  ): Promise<Answer> {
    if (this.#underWay === CALLS_MAX) {
      throw new EtcdError("RESOURCE_EXHAUSTED", `${CALLS_MAX} calls are under way: await some`);
    }
    this.#underWay++;
    try {
      const options = { timeoutMillis, repeatable, signal };
      return decoded(decode, await this.channel.unary(path, request, options), !repeatable);
    } finally {
      this.#underWay--;
    }
  }
}

/**
 * @param maybeApplied - the answer is to something that changes what the server has
 * @throws {@link EtcdError} for bytes that are no such message
 */
export function decoded<Answer>(
  decode: (bytes: Uint8Array) => Answer,
  bytes: Uint8Array,
  maybeApplied: boolean = false,
): Answer {
  try {
    return decode(bytes);
  } catch (thrown) {
    if (!(thrown instanceof QuorateError)) throw thrown;
    const message = `the server's answer is not understood: ${thrown.message}`;
    throw new EtcdError("INTERNAL", message, { cause: thrown, maybeApplied });
  }
}
