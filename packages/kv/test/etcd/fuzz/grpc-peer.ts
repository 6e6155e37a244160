import { Client, credentials, status, type ServiceError } from "@grpc/grpc-js";
import { encodeWatchCreate } from "../../../src/etcd/codec/index.ts";
import type { Answer } from "../api/member-under-test.ts";
import { decodeMessage } from "./decode-message.ts";
import type { ApiMethod } from "./methods.ts";
import { RESPONSES } from "./response-tables.ts";

const ANSWER_WITHIN_MILLIS = 20_000;
const NOTHING = new Uint8Array(0);
const AS_IT_IS = (message: Buffer): Buffer => message;

/** A watcher that is asked for behind another: when it is created the other was answered, or is not. */
const SENTINEL_ID = 1n << 40n;
const SENTINEL = encodeWatchCreate({ key: Uint8Array.of(0), watchId: SENTINEL_ID });

/** A client of one server, which sends and receives messages as bytes. */
export class GrpcPeer {
  readonly #client: Client;

  constructor(endpoint: string) {
    this.#client = new Client(endpoint, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
      "grpc.enable_retries": 0,
    });
  }

  /** What a request is answered: on a stream the last message before its end, or what is created. */
  ask({ path, ends }: ApiMethod, request: Uint8Array): Promise<Answer> {
    if (ends === "halfClose") return this.#converse(path, request);
    return ends === "cancel" ? this.#watch(path, request) : this.#call(path, request);
  }

  close(): void {
    this.#client.close();
  }

  #call(path: string, request: Uint8Array): Promise<Answer> {
    return new Promise((resolve) => {
      const bytes = Buffer.from(request);
      this.#client.makeUnaryRequest(path, AS_IT_IS, AS_IT_IS, bytes, soon(), (error, message) =>
        resolve(error === null ? { code: 0, message: message ?? NOTHING } : failure(error)),
      );
    });
  }

  #converse(path: string, request: Uint8Array): Promise<Answer> {
    const call = this.#client.makeBidiStreamRequest(path, AS_IT_IS, AS_IT_IS, soon());
    return new Promise((resolve) => {
      let message: Uint8Array = NOTHING;
      call.on("data", (bytes: Buffer) => (message = bytes));
      call.on("error", (error: ServiceError) => resolve(failure(error)));
      call.on("end", () => resolve({ code: 0, message }));
      call.write(Buffer.from(request));
      call.end();
    });
  }

  #watch(path: string, request: Uint8Array): Promise<Answer> {
    const call = this.#client.makeBidiStreamRequest(path, AS_IT_IS, AS_IT_IS, soon());
    return new Promise((resolve) => {
      call.on("data", (message: Buffer) => {
        const { created, watch_id } = decodeMessage(RESPONSES, "WatchResponse", message);
        if (created !== true) return;
        resolve({ code: 0, message: watch_id === SENTINEL_ID ? NOTHING : message });
        call.cancel();
      });
      // The one that comes of being cancelled is too late to matter.
      call.on("error", (error: ServiceError) => resolve(failure(error)));
      call.write(Buffer.from(request));
      call.write(Buffer.from(SENTINEL));
    });
  }
}

function soon(): { deadline: number } {
  return { deadline: Date.now() + ANSWER_WITHIN_MILLIS };
}

function failure({ code, details }: ServiceError): Answer {
  if (code === status.OK) throw new Error("a failure is not OK");
  return { code, text: details };
}
