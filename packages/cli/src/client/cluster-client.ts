import { GrpcChannel } from "./grpc-channel.ts";
import { GrpcError, STATUS } from "./grpc-error.ts";

/**
 * Sends calls to whichever endpoint answers, in the order given; keeps to the one that did.
 *
 * A call that may have reached a server is sent again elsewhere only when it is safe to repeat:
 * an unanswered write may have been applied.
 */
export class ClusterClient {
  readonly #endpoints: readonly string[];
  readonly #timeoutMs: number;
  #channel: GrpcChannel | null = null;
  #next = 0;

  constructor(endpoints: readonly string[], timeoutMs: number) {
    this.#endpoints = endpoints;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws `GrpcError` of the last endpoint that was tried */
  async call(
    method: string,
    request: Uint8Array,
    options: { repeatable: boolean },
  ): Promise<Uint8Array> {
    let failure: GrpcError | null = null;
    for (let tries = 0; tries < this.#endpoints.length; tries++) {
      this.#channel ??= new GrpcChannel(this.#endpoints[this.#next] ?? "");
      try {
        return await this.#channel.unary(method, request, this.#timeoutMs);
      } catch (thrown) {
        if (!(thrown instanceof GrpcError)) throw thrown;
        failure = thrown;
        failure.repeatable = options.repeatable;
        const elsewhere =
          thrown.status === STATUS.unavailable && (options.repeatable || !thrown.sent);
        if (!elsewhere) break;
        this.#moveOn();
      }
    }
    throw failure ?? new GrpcError(STATUS.unavailable, "there are no endpoints", false);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  #moveOn(): void {
    this.close();
    this.#next = (this.#next + 1) % this.#endpoints.length;
  }
}
