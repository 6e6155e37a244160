import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import { PREFIX_BYTES, writePrefix } from "../grpc/message-framing.ts";
import type { ClientStream, StreamSink } from "./channel.ts";
import { codeOfStatus, EtcdError, isUncertain, type EtcdErrorCode } from "./etcd-error.ts";
import { MessageReader } from "./message-reader.ts";
import { socketReason } from "./socket-reason.ts";

/** What may wait for a connection, or for a server that does not read. */
const SEND_BYTES_MAX = 16 * 1024 * 1024;

/** One gRPC call: made before its HTTP/2 stream can be, ended once for its sink. */
export class GrpcCall implements Omit<ClientStream, "abandon"> {
  readonly #endpoint: string;
  readonly #repeatable: boolean;
  readonly #sink: StreamSink;
  readonly #reader = new MessageReader();
  /** What is to be sent as soon as there is a stream. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #stream: ClientHttp2Stream | null = null;
  #status: IncomingHttpHeaders = {};
  #halfClosed = false;
  #paused = false;
  #over = false;

  constructor(endpoint: string, repeatable: boolean, sink: StreamSink) {
    this.#endpoint = endpoint;
    this.#repeatable = repeatable;
    this.#sink = sink;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** It has a stream: what was sent may reach the server. */
  get isBegun(): boolean {
    return this.#stream !== null;
  }

  begin(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    stream.on("response", (headers) => this.#head(headers));
    stream.on("trailers", (trailers) => (this.#status = trailers));
    stream.on("data", (chunk: Uint8Array) => this.#data(chunk));
    stream.on("error", (error) => this.#broken(stream, error));
    stream.on("close", () => this.#closed());
    for (const frame of this.#waiting.splice(0)) stream.write(frame);
    if (this.#halfClosed) stream.end();
    if (this.#paused) stream.pause();
  }

  send(message: Uint8Array): void {
    if (this.#over || this.#halfClosed) return;
    const frame = new Uint8Array(PREFIX_BYTES + message.length);
    frame.set(message, writePrefix(frame, 0, message.length));
    const stream = this.#stream;
    if (stream === null) {
      this.#waiting.push(frame);
      this.#waitingBytes += frame.length;
    } else stream.write(frame);
    if ((stream?.writableLength ?? this.#waitingBytes) > SEND_BYTES_MAX) {
      this.fail("UNAVAILABLE", `${this.#endpoint} does not take what is sent`);
    }
  }

  halfClose(): void {
    this.#halfClosed = true;
    this.#stream?.end();
  }

  cancel(): void {
    this.#over = true;
    this.#waiting = [];
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream?.resume();
  }

  /** Ends the call for its sink. */
  fail(code: EtcdErrorCode, message: string, options: { readonly cause?: unknown } = {}): void {
    const maybeApplied = this.isBegun && !this.#repeatable && isUncertain(code);
    this.#end(new EtcdError(code, message, { ...options, maybeApplied }));
  }

  #end(error: EtcdError | null): void {
    if (this.#over) return;
    this.cancel();
    this.#sink.end(error);
  }

  #head(headers: IncomingHttpHeaders): void {
    this.#status = headers;
    const http = Number(headers[":status"]);
    if (http === 200) return;
    this.fail("UNKNOWN", `${this.#endpoint} answered HTTP ${http}: is it an etcd v3 endpoint?`);
  }

  #data(chunk: Uint8Array): void {
    const problem = this.#reader.read(chunk, (message) => {
      if (!this.#over) this.#sink.message(message);
    });
    if (problem !== null) this.#misunderstood(problem);
  }

  #broken(stream: ClientHttp2Stream, error: Error): void {
    // A reset behind the status takes nothing back.
    if (this.#status["grpc-status"] !== undefined) return;
    // Then the server has done nothing with it.
    if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) this.#stream = null;
    const message = `${this.#endpoint} broke off: ${socketReason(error)}`;
    this.fail("UNAVAILABLE", message, { cause: error });
  }

  #closed(): void {
    const status = this.#status["grpc-status"];
    if (status === undefined) {
      this.fail("UNAVAILABLE", `${this.#endpoint} closed the call without an answer`);
    } else if (status !== "0") {
      const text = decodeMessage(String(this.#status["grpc-message"] ?? ""));
      this.fail(codeOfStatus(Number(status)), text);
    } else if (this.#reader.isWithin) this.#misunderstood("a message is cut off");
    else this.#end(null);
  }

  #misunderstood(why: string): void {
    this.fail("INTERNAL", `the answer of ${this.#endpoint} is not plain gRPC: ${why}`);
  }
}

/** gRPC escapes everything but printable ASCII in its messages. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
