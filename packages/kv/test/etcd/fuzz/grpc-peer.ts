import { Client, credentials, status, type ServiceError } from "@grpc/grpc-js";
import type { Answer } from "../api/member-under-test.ts";

const ANSWER_WITHIN_MILLIS = 20_000;
const AS_IT_IS = (message: Buffer): Buffer => message;

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

  call(path: string, request: Uint8Array): Promise<Answer> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        path,
        AS_IT_IS,
        AS_IT_IS,
        Buffer.from(request),
        { deadline: Date.now() + ANSWER_WITHIN_MILLIS },
        (error, message) =>
          resolve(error === null ? { code: 0, message: message ?? NOTHING } : failure(error)),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

const NOTHING = new Uint8Array(0);

function failure({ code, details }: ServiceError): Answer {
  if (code === status.OK) throw new Error("a failure is not OK");
  return { code, text: details };
}
