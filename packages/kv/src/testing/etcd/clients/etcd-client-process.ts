import type {
  Channel,
  ClientStream,
  StreamOptions,
  StreamSink,
  UnaryOptions,
} from "../../../client/channel.ts";
import { ClientProcess } from "../../clients/client-process.ts";

/** The process of a client of etcd's: its streams fill up while it is paused. */
export class EtcdClientProcess extends ClientProcess {
  readonly #streams = new Set<ClientStream>();

  /** The channel as this process has it. */
  channel(inner: Channel): Channel {
    return {
      unary: (method, request, options) => this.#unary(inner, method, request, options),
      stream: (method, sink, options) => this.#stream(inner, method, sink, options),
      close: () => inner.close(),
    };
  }

  override pause(): void {
    super.pause();
    for (const stream of this.#streams) stream.pause();
  }

  override resume(): void {
    for (const stream of this.#streams) stream.resume();
    super.resume();
  }

  #unary(
    inner: Channel,
    method: string,
    request: Uint8Array,
    options: UnaryOptions,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      inner.unary(method, request, options).then(
        (answer) => this.enter(() => resolve(answer)),
        (failure: Error) => this.enter(() => reject(failure)),
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
}
