import { connect } from "node:net";
import { socketReason } from "../client/socket-reason.ts";
import type { HostPort } from "../zookeeper/host-port.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** Far more than any server has to say of itself. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Sends one of ZooKeeper's four-letter words and resolves to the text that comes back.
 *
 * @throws `ZooKeeperError` when none comes, with the reason but without the endpoint
 */
export function fourLetterWord(
  endpoint: HostPort,
  word: string,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...endpoint, noDelay: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (message: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(ZooKeeperError.lost(message, cause));
      socket.destroy();
    };
    const timer = setTimeout(() => fail("no answer in time"), timeoutMs);
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) {
        fail(`the answer to ${word} is larger than ${ANSWER_BYTES_MAX} bytes`);
      }
    });
    socket.on("error", (error) => fail(socketReason(error), error));
    // The server closes the connection behind its answer.
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString());
    });
    socket.write(word);
  });
}
