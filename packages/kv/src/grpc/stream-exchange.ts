import { ERROR } from "../http2/index.ts";
import { HEAD, OK, TOO_SLOW } from "./answer-blocks.ts";
import { Exchange } from "./exchange.ts";
import { PREFIX_BYTES, writePrefix } from "./message-framing.ts";
import type { StreamCall } from "./service.ts";
import { STATUS } from "./status.ts";

/** Output of one stream that makes `send` answer false. */
const HIGH_WATER_BYTES = 64 * 1024;

/** A call with any number of messages either way. */
export class StreamExchange extends Exchange implements StreamCall {
  #onMessage: ((message: Uint8Array) => void) | null = null;
  #onHalfClose: (() => void) | null = null;
  #onDrain: (() => void) | null = null;

  onMessage(callback: (message: Uint8Array) => void): void {
    this.#onMessage = callback;
  }

  onHalfClose(callback: () => void): void {
    this.#onHalfClose = callback;
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback;
  }

  send(message: Uint8Array): boolean {
    if (this.over) return false;
    const { stream } = this;
    const head = this.headSent ? null : HEAD;
    const at = stream.reserve(head, PREFIX_BYTES + message.length, null);
    if (at >= 0) {
      this.headSent = true;
      const { output } = stream;
      output.set(message, writePrefix(output, at, message.length));
      this.sent(message.length);
      return true;
    }
    if (stream.full) {
      // What waits already would have to leave before trailers could.
      this.cancelWith(TOO_SLOW.code, TOO_SLOW.message);
      stream.reset(ERROR.enhanceYourCalm);
      return false;
    }
    this.#begin();
    const prefix = new Uint8Array(PREFIX_BYTES);
    writePrefix(prefix, 0, message.length);
    stream.data([prefix, message]);
    this.sent(message.length);
    if (stream.pendingBytes < HIGH_WATER_BYTES) return true;
    stream.askDrain();
    return false;
  }

  end(): void {
    if (!this.settle(STATUS.ok)) return;
    this.#begin();
    this.stream.end(OK);
  }

  override drained(): void {
    if (!this.over) this.#onDrain?.();
  }

  protected override message(message: Uint8Array): void {
    this.#onMessage?.(message);
  }

  protected override complete(): void {
    this.#onHalfClose?.();
  }

  #begin(): void {
    if (this.headSent) return;
    this.headSent = true;
    this.stream.headers(HEAD, false);
  }
}
