import { PartialMessage } from "../grpc/message-framing.ts";

/** No message may be larger, whatever a server says. */
const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;

/** Cuts the messages out of the data of one call. */
export class MessageReader {
  #partial = new PartialMessage();
  #isWithin = false;

  /** The data so far ends within a message. */
  get isWithin(): boolean {
    return this.#isWithin;
  }

  /** @returns why the data cannot be read any further, or null */
  read(bytes: Uint8Array, deliver: (message: Uint8Array) => void): string | null {
    for (let at = 0; at < bytes.length;) {
      const partial = this.#partial;
      this.#isWithin = true;
      if (partial.flag === null) {
        at = partial.takePrefix(bytes, at, bytes.length);
        const { flag } = partial;
        if (flag === null) return null;
        if (flag !== 0) return "a message is compressed, which nobody asked for";
        if (partial.missing > MESSAGE_BYTES_MAX) {
          return `a message is larger than ${MESSAGE_BYTES_MAX} bytes`;
        }
      }
      const end = at + Math.min(partial.missing, bytes.length - at);
      partial.take(bytes, at, end);
      at = end;
      if (partial.missing > 0) return null;
      this.#partial = new PartialMessage();
      this.#isWithin = false;
      deliver(partial.message);
    }
    return null;
  }
}
