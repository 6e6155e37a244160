import { QuorateError } from "@quorate/core";
import type { Socket } from "node:net";
import { decodeControl, encodeControl, type Control, type LinkControl } from "./control.ts";
import { GUESS_BYTES, guessProtocol } from "./foreign-protocol.ts";
import { controlFrame, FRAME_HEAD_BYTES, frameHead, FrameReader, type Channel } from "./frame.ts";
import type { TcpLimits } from "./options.ts";

/** What a connection tells its owner. `closed` comes once, and nothing after it. */
export interface ConnectionListener {
  control(control: LinkControl): void;
  frame(channel: number, payload: Uint8Array): void;
  closed(why: string): void;
}

/** Is told beside how far away the other end of a link is. */
export interface LinkListener extends ConnectionListener {
  roundTrip(millis: number): void;
}

/** Below this many bytes one copy is cheaper than a vectored write. */
const COPY_BYTES_MAX = 64 * 1024;

/** How long a peer may take to close its side in turn. */
const LINGER_MILLIS = 1_000;

/** Frames over one socket: everything sent in a turn of the loop leaves in one write. */
export class Connection {
  readonly #socket: Socket;
  readonly #limits: TcpLimits;
  readonly #reader: FrameReader;
  readonly #probe: NodeJS.Timeout;
  #listener: ConnectionListener;
  /** The same, once the connection is a link. */
  #link: LinkListener | null = null;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #flushing = false;
  #closed = false;
  #overflowed = false;
  /** The first bytes that came, until a frame was understood. */
  #opening: Buffer | null = Buffer.alloc(0);
  #lastReceived: number;
  #lastSent: number;
  #lastCheck: number;
  /** When the peer was asked for a sign of life that has not come. */
  #challenged: number | null = null;
  /** A ping that is not back, and when it left. */
  #ping: { readonly stamp: number; readonly sentAt: number } | null = null;
  #pings = 0;

  constructor(socket: Socket, limits: TcpLimits, listener: ConnectionListener) {
    this.#socket = socket;
    this.#limits = limits;
    this.#listener = listener;
    this.#lastReceived = this.#lastSent = this.#lastCheck = performance.now();
    this.#reader = new FrameReader(limits.helloBytesMax, {
      control: (message) => this.#control(message),
      frame: (channel, payload) => {
        if (!this.#closed) this.#listener.frame(channel, payload);
      },
    });
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#data(chunk));
    // Without a message when several addresses of a name failed.
    socket.on("error", (error: NodeJS.ErrnoException) =>
      this.close(error.message || (error.code ?? "it failed")),
    );
    socket.on("close", () => this.close("the connection was closed"));
    socket.on("end", () => this.close("the peer closed the connection"));
    this.#probe = setInterval(() => this.#check(), limits.probeMillis);
    this.#probe.unref();
  }

  /** What the other end looks like that has not said a frame; null when it said nothing at all. */
  get guess(): string | null {
    const opening = this.#opening;
    return opening === null || opening.length === 0 ? null : guessProtocol(opening);
  }

  /** Whether nothing at all has come. */
  get isSilent(): boolean {
    return this.#opening?.length === 0;
  }

  /** The other end has introduced itself: from now on it speaks to this listener. */
  handOver(listener: LinkListener): void {
    this.#listener = this.#link = listener;
    this.#opening = null;
    this.#reader.bytesMax = this.#limits.frameBytesMax;
  }

  sendControl(control: Control): void {
    if (this.#closed || this.#overflowed) return;
    const frame = controlFrame(encodeControl(control));
    this.#parts.push(frame);
    this.#queued(frame.length);
  }

  /** Answers how many bytes that are, or 0 when nothing can be sent any more. */
  send(channel: Channel, parts: readonly Uint8Array[]): number {
    if (this.#closed || this.#overflowed) return 0;
    this.#parts.push(frameHead(channel, parts), ...parts);
    let bytes = FRAME_HEAD_BYTES;
    for (const part of parts) bytes += part.length;
    this.#queued(bytes);
    return bytes;
  }

  /** Asks for a sign of life: if none comes soon, or the other end knows nothing of us, we close. */
  challenge(): void {
    if (this.#closed || this.#challenged !== null) return;
    this.#challenged = performance.now();
    this.sendControl({ kind: "challenge" });
  }

  /** Closes after a last word, which must arrive. The listener is not told. */
  end(last: Control): void {
    if (this.#closed) return;
    this.sendControl(last);
    this.#flush();
    this.#finish();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LINGER_MILLIS).unref();
  }

  close(why: string): void {
    if (this.#closed) return;
    this.#finish();
    this.#socket.destroy();
    this.#listener.closed(why);
  }

  #queued(bytes: number): void {
    this.#bytes += bytes;
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
    if (this.#closed) return;
    this.#lastReceived = performance.now();
    this.#challenged = null;
    if (this.#opening !== null) {
      const more = chunk.subarray(0, GUESS_BYTES - this.#opening.length);
      this.#opening = Buffer.concat([this.#opening, more]);
    }
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      const { guess } = this;
      const why = malformation(thrown);
      this.close(guess === null ? why : `${guess}: ${why}`);
    }
  }

  #control(message: Uint8Array): void {
    if (this.#closed) return;
    this.#opening = null;
    const control = this.#understood(message);
    if (control === null) return;
    switch (control.kind) {
      case "probe":
        return;
      case "challenge":
        return this.sendControl({ kind: "probe" });
      case "ping":
        return this.sendControl({ kind: "echo", stamp: control.stamp });
      case "echo":
        return this.#echoed(control.stamp);
      default:
        return this.#listener.control(control);
    }
  }

  #echoed(stamp: number): void {
    const ping = this.#ping;
    // Only what we wait for: what else comes back is older, or made up.
    if (ping === null || ping.stamp !== stamp) return;
    this.#ping = null;
    this.#link?.roundTrip(performance.now() - ping.sentAt);
  }

  /** The message; null, and the end of the connection, for one of another version. */
  #understood(message: Uint8Array): Control | null {
    const { helloBytesMax } = this.#limits;
    try {
      if (message.length <= helloBytesMax) return decodeControl(message);
      throw new QuorateError("ERR_MALFORMED", `a control message over ${helloBytesMax} bytes`);
    } catch (thrown) {
      const reason = malformation(thrown);
      this.end({ kind: "refusal", reason });
      this.#listener.closed(reason);
      return null;
    }
  }

  #check(): void {
    const now = performance.now();
    const { probeMillis, silenceMillis } = this.#limits;
    // If this very process was stopped, what arrived meanwhile waits unread: that is no silence.
    const wasStopped = now - this.#lastCheck > 2 * probeMillis;
    this.#lastCheck = now;
    if (wasStopped) {
      this.#lastReceived = now;
      if (this.#challenged !== null) this.#challenged = now;
      this.#ping = null;
    }
    if (now - this.#lastReceived > silenceMillis) this.close(`silent for ${silenceMillis} ms`);
    else if (this.#challenged !== null && now - this.#challenged >= 2 * probeMillis) {
      this.close(`no sign of life within ${2 * probeMillis} ms`);
    } else if (this.#link !== null && this.#ping === null) {
      this.#ping = { stamp: ++this.#pings, sentAt: now };
      this.sendControl({ kind: "ping", stamp: this.#pings });
    } else if (now - this.#lastSent >= probeMillis) this.sendControl({ kind: "probe" });
  }
}

/** What is wrong with what came; whatever else was thrown is not the peer's doing. */
function malformation(thrown: unknown): string {
  if (thrown instanceof QuorateError && thrown.code === "ERR_MALFORMED") return thrown.message;
  throw thrown;
}
