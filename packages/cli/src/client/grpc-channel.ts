import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from "node:http2";
import { GrpcError, STATUS } from "./grpc-error.ts";
import { socketReason } from "./socket-reason.ts";

/** No answer may be larger, whatever a server says. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
/** A gRPC message begins with a compression flag and its length. */
const PREFIX_BYTES = 5;

/** One connection to one endpoint, for unary gRPC calls. */
export class GrpcChannel {
  /** `http://host:port` */
  readonly endpoint: string;
  readonly #session: ClientHttp2Session;
  readonly #connected: Promise<void>;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#session = connect(endpoint);
    this.#connected = new Promise((resolve, reject) => {
      this.#session.once("connect", () => resolve());
      this.#session.once("error", reject);
      this.#session.once("close", () => reject(new Error("the connection was closed")));
    });
    // Failures after the connect reach the streams; these only must not go unhandled.
    this.#session.on("error", () => undefined);
    this.#connected.catch(() => undefined);
  }

  /**
   * Sends one request and resolves to the bytes of the answer.
   *
   * @param method such as `/etcdserverpb.KV/Range`
   * @throws `GrpcError`
   */
  async unary(method: string, request: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const deadline = performance.now() + timeoutMs;
    await this.#connect(timeoutMs);
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    const stream = this.#session.request({
      ":method": "POST",
      ":path": method,
      "content-type": "application/grpc",
      te: "trailers",
      "grpc-timeout": `${leftMs}m`,
    });
    stream.end(framed(request));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new GrpcError(STATUS.deadlineExceeded, `no answer from ${this.endpoint} in time`, true),
        );
        stream.close();
      }, leftMs);
      receive(stream, this.endpoint, (answer) => {
        clearTimeout(timer);
        if (answer instanceof GrpcError) reject(answer);
        else resolve(answer);
      });
    });
  }

  close(): void {
    this.#session.destroy();
  }

  async #connect(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no connection in time")), timeoutMs);
    });
    try {
      await Promise.race([this.#connected, late]);
    } catch (thrown) {
      const message = `cannot connect to ${this.endpoint}: ${socketReason(thrown)}`;
      throw new GrpcError(STATUS.unavailable, message, false, { cause: thrown });
    } finally {
      clearTimeout(timer);
    }
  }
}

function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** Collects one answer; `done` runs exactly once. */
function receive(
  stream: ClientHttp2Stream,
  endpoint: string,
  done: (answer: Uint8Array | GrpcError) => void,
): void {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let status: IncomingHttpHeaders = {};
  let failure: GrpcError | null = null;
  const fail = (code: number, message: string): void => {
    failure ??= new GrpcError(code, message, true);
  };
  stream.on("response", (headers) => {
    status = headers;
    const http = Number(headers[":status"]);
    if (http !== 200)
      fail(STATUS.unknown, `${endpoint} answered HTTP ${http}: is it an etcd v3 endpoint?`);
  });
  stream.on("trailers", (trailers) => {
    status = trailers;
  });
  stream.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes <= ANSWER_BYTES_MAX) return void chunks.push(chunk);
    fail(STATUS.internal, `the answer of ${endpoint} is larger than ${ANSWER_BYTES_MAX} bytes`);
    stream.close();
  });
  stream.on("error", (error) =>
    fail(STATUS.unavailable, `${endpoint} broke off: ${socketReason(error)}`),
  );
  stream.on("close", () => done(failure ?? answerOf(status, chunks, endpoint)));
}

function answerOf(
  status: IncomingHttpHeaders,
  chunks: Uint8Array[],
  endpoint: string,
): Uint8Array | GrpcError {
  const code = status["grpc-status"];
  if (code === undefined) {
    return new GrpcError(STATUS.unavailable, `${endpoint} closed the call without an answer`, true);
  }
  if (Number(code) !== STATUS.ok) {
    return new GrpcError(Number(code), decodeMessage(String(status["grpc-message"] ?? "")), true);
  }
  const body = Buffer.concat(chunks);
  if (
    body.length < PREFIX_BYTES ||
    body.readUInt32BE(1) !== body.length - PREFIX_BYTES ||
    body[0] !== 0
  ) {
    return new GrpcError(
      STATUS.internal,
      `the answer of ${endpoint} is not one plain gRPC message`,
      true,
    );
  }
  return body.subarray(PREFIX_BYTES);
}

/** gRPC escapes everything but printable ASCII in its messages. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
