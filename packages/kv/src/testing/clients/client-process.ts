import type {
  Channel,
  ClientStream,
  StreamOptions,
  StreamSink,
  UnaryOptions,
} from "../../client/channel.ts";
import type { ClientClock } from "../../client/clock.ts";
import type { EtcdCluster } from "../etcd/etcd-cluster.ts";

/**
 * The process that a client runs in. While it is paused, as by SIGSTOP, it hears nothing and its
 * timers do not fire; its streams fill up. All of that comes when it goes on.
 */
export class ClientProcess {
  readonly clock: ClientClock;
  readonly #cluster: EtcdCluster;
  #isPaused = false;
  /** When it went on for the last time. */
  #resumedAt = 0;
  readonly #held: (() => void)[] = [];
  readonly #streams = new Set<ClientStream>();

  constructor(cluster: EtcdCluster) {
    this.#cluster = cluster;
    this.clock = {
      now: () => cluster.ensemble.now,
      after: (millis, run) => {
        let isOff = false;
        const stop = cluster.after(millis, () =>
          this.#enter(() => {
            if (!isOff) run();
          }),
        );
        return () => {
          isOff = true;
          stop();
        };
      },
    };
  }

  /** The channel as this process has it. */
  channel(inner: Channel): Channel {
    return {
      unary: (method, request, options) => this.#unary(inner, method, request, options),
      stream: (method, sink, options) => this.#stream(inner, method, sink, options),
      close: () => inner.close(),
    };
  }

  /** Whether it was never paused since then. */
  hasListenedSince(time: number): boolean {
    return !this.#isPaused && this.#resumedAt < time;
  }

  pause(): void {
    this.#isPaused = true;
    for (const stream of this.#streams) stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#resumedAt = this.#cluster.ensemble.now;
    for (const stream of this.#streams) stream.resume();
    for (const run of this.#held.splice(0)) run();
  }

  #unary(
    inner: Channel,
    method: string,
    request: Uint8Array,
    options: UnaryOptions,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      inner.unary(method, request, options).then(
        (answer) => this.#enter(() => resolve(answer)),
        (failure: Error) => this.#enter(() => reject(failure)),
      );
    });
  }

  #stream(inner: Channel, method: string, sink: StreamSink, options: StreamOptions): ClientStream {
    const stream = inner.stream(
      method,
      {
        message: (bytes) => sink.message(bytes),
        end: (error) => {
          this.#streams.delete(stream);
          sink.end(error);
        },
      },
      options,
    );
    this.#streams.add(stream);
    const leave = (how: "cancel" | "abandon"): void => {
      this.#streams.delete(stream);
      stream[how]();
    };
    return {
      send: (bytes) => stream.send(bytes),
      halfClose: () => stream.halfClose(),
      cancel: () => leave("cancel"),
      abandon: () => leave("abandon"),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
    };
  }

  #enter(run: () => void): void {
    if (this.#isPaused) this.#held.push(run);
    else run();
  }
}
