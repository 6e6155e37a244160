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
    const at = this.#reserve(message.length);
    if (at >= 0) {
      this.stream.output.set(message, at);
      return true;
    }
    const prefix = new Uint8Array(PREFIX_BYTES);
    writePrefix(prefix, 0, message.length);
    return this.#sendLater([prefix, message], message.length);
  }

  sendWith(size: number, write: (into: Uint8Array, offset: number) => void): boolean {
    if (this.over) return false;
    const at = this.#reserve(size);
    if (at >= 0) {
      write(this.stream.output, at);
      return true;
    }
    const framed = new Uint8Array(PREFIX_BYTES + size);
    write(framed, writePrefix(framed, 0, size));
    return this.#sendLater([framed], size);
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

  /** Where a message of this size leaves from at once, or -1. */
  #reserve(size: number): number {
    const { stream } = this;
    const at = stream.reserve(this.headSent ? null : HEAD, PREFIX_BYTES + size, null);
    if (at < 0) return at;
    this.headSent = true;
    this.sent(size);
    return writePrefix(stream.output, at, size);
  }

  /** The peer's windows do not let all of it leave at once. */
  #sendLater(pieces: readonly Uint8Array[], size: number): boolean {
    const { stream } = this;
    if (stream.full) return this.#tooSlow();
    this.#begin();
    stream.data(pieces);
    this.sent(size);
    if (stream.pendingBytes < HIGH_WATER_BYTES) return true;
    stream.askDrain();
    return false;
  }

  /** What waits already would have to leave before trailers could. */
  #tooSlow(): boolean {
    this.cancelWith(TOO_SLOW.code, TOO_SLOW.message);
    this.stream.reset(ERROR.enhanceYourCalm);
    return false;
  }

  #begin(): void {
    if (this.headSent) return;
    this.headSent = true;
    this.stream.headers(HEAD, false);
  }
}
