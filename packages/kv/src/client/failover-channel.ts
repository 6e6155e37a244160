import type { Channel, ClientStream, StreamOptions, StreamSink, UnaryOptions } from "./channel.ts";
import type { ClientClock } from "./clock.ts";
import { EtcdError, isTransient } from "./etcd-error.ts";

/**
 * Sends calls to one of several servers that stand for one another, and keeps to it until it fails:
 * then to the next.
 *
 * A call that may have changed something is not made again: it fails, and only the next one goes
 * elsewhere.
 */
export class FailoverChannel implements Channel {
  readonly #channels: readonly [Channel, ...Channel[]];
  readonly #clock: ClientClock;
  #current = 0;

  /** @param channels - tried in this order */
  constructor(channels: readonly [Channel, ...Channel[]], clock: ClientClock) {
    this.#channels = channels;
    this.#clock = clock;
  }

  async unary(method: string, request: Uint8Array, options: UnaryOptions): Promise<Uint8Array> {
    const deadline = this.#clock.now() + options.timeoutMillis;
    for (let tries = 1; ; tries++) {
      const channel = this.#channel;
      const timeoutMillis = Math.max(1, deadline - this.#clock.now());
      try {
        return await channel.unary(method, request, { ...options, timeoutMillis });
      } catch (thrown) {
        if (!(thrown instanceof EtcdError) || !isTransient(thrown)) throw thrown;
        this.#leave(channel);
        const isRepeated = thrown.code === "UNAVAILABLE" && !thrown.maybeApplied;
        if (!isRepeated || tries === this.#channels.length) throw thrown;
      }
    }
  }

  stream(method: string, sink: StreamSink, options: StreamOptions): ClientStream {
    const channel = this.#channel;
    const stream = channel.stream(
      method,
      {
        message: (bytes) => sink.message(bytes),
        end: (error) => {
          if (error !== null && isTransient(error)) this.#leave(channel);
          sink.end(error);
        },
      },
      options,
    );
    return {
      send: (bytes) => stream.send(bytes),
      halfClose: () => stream.halfClose(),
      cancel: () => stream.cancel(),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      abandon: () => {
        stream.abandon();
        this.#leave(channel);
      },
    };
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  get #channel(): Channel {
    return this.#channels[this.#current] ?? this.#channels[0];
  }

  /** Many calls fail at once with their server, which is left once for all of them. */
  #leave(channel: Channel): void {
    if (channel === this.#channel) this.#current = (this.#current + 1) % this.#channels.length;
  }
}
