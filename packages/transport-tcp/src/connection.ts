import { toQuorateError } from "@quorate/core";
import type { Socket } from "node:net";
import { CONTROL, frameHead, FrameReader, FRAME_HEAD_BYTES } from "./frame.ts";
import { decodeControl, encodeControl, guessProtocol, type Control } from "./handshake.ts";
import type { TcpLimits } from "./options.ts";

/** What a connection tells its owner. `closed` comes once, and nothing after it. */
export interface ConnectionListener {
  control(control: Control): void;
  frame(channel: number, payload: Uint8Array): void;
  closed(why: string): void;
}

/** Below this many bytes one copy is cheaper than a vectored write. */
const COPY_BYTES_MAX = 64 * 1024;

/** Frames over one socket: everything sent in a turn of the loop leaves in one write. */
export class Connection {
  readonly #socket: Socket;
  readonly #limits: TcpLimits;
  readonly #listener: ConnectionListener;
  readonly #reader: FrameReader;
  readonly #probe: NodeJS.Timeout;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #flushing = false;
  #closed = false;
  #overflowed = false;
  #received = false;
  #lastReceived: number;
  #lastSent: number;
  #lastProbe: number;

  constructor(socket: Socket, limits: TcpLimits, listener: ConnectionListener) {
    this.#socket = socket;
    this.#limits = limits;
    this.#listener = listener;
    this.#lastReceived = this.#lastSent = this.#lastProbe = performance.now();
    this.#reader = new FrameReader(limits.frameBytesMax, (channel, payload) => {
      if (this.#closed) return;
      if (channel === CONTROL) listener.control(decodeControl(payload));
      else listener.frame(channel, payload);
    });
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#data(chunk));
    socket.on("error", (error) => this.close(error.message));
    socket.on("close", () => this.close("the connection was closed"));
    socket.on("end", () => this.close("the peer closed the connection"));
    this.#probe = setInterval(() => this.#check(), limits.probeMillis);
    this.#probe.unref();
  }

  sendControl(control: Control): void {
    this.send(CONTROL, [encodeControl(control)]);
  }

  send(channel: number, parts: readonly Uint8Array[]): void {
    if (this.#closed || this.#overflowed) return;
    const head = frameHead(channel, parts);
    this.#parts.push(head, ...parts);
    this.#bytes += FRAME_HEAD_BYTES;
    for (const part of parts) this.#bytes += part.length;
    if (this.#bytes + this.#socket.writableLength > this.#limits.queueBytesMax) {
      // Not from within the call: its caller is in the middle of its turn. Nothing follows the gap.
      this.#overflowed = true;
      process.nextTick(() =>
        this.close(`over ${this.#limits.queueBytesMax} bytes wait for the peer`),
      );
      return;
    }
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => this.#flush());
  }

  /** Closes after what is queued has left: the refusal must arrive. */
  end(): void {
    this.#flush();
    this.#finish();
    this.#socket.end();
    // A peer that does not close its side in turn must not keep the socket.
    this.#socket.setTimeout(1000, () => this.#socket.destroy());
  }

  close(why: string): void {
    if (this.#closed) return;
    this.#finish();
    this.#socket.destroy();
    this.#listener.closed(why);
  }

  #finish(): void {
    this.#closed = true;
    this.#parts = [];
    this.#bytes = 0;
    clearInterval(this.#probe);
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#closed || this.#overflowed || this.#parts.length === 0) return;
    const parts = this.#parts;
    const bytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    this.#lastSent = performance.now();
    if (bytes <= COPY_BYTES_MAX) {
      this.#socket.write(Buffer.concat(parts, bytes));
      return;
    }
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  #data(chunk: Buffer): void {
    this.#lastReceived = performance.now();
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      const { message } = toQuorateError(thrown);
      this.close(this.#received ? message : `${guessProtocol(chunk)}: ${message}`);
    }
    this.#received = true;
  }

  #check(): void {
    const now = performance.now();
    const { probeMillis, silenceMillis } = this.#limits;
    // If this very process was stopped, what arrived meanwhile waits unread: that is no silence.
    const wasStopped = now - this.#lastProbe > 2 * probeMillis;
    this.#lastProbe = now;
    if (wasStopped) this.#lastReceived = now;
    if (now - this.#lastReceived > silenceMillis) this.close(`silent for ${silenceMillis} ms`);
    else if (now - this.#lastSent >= probeMillis) this.sendControl({ kind: "probe" });
  }
}
