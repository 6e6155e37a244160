import { writeFrameHeader } from "./frame-writer.ts";
import { HpackEncoder, type PreparedBlock } from "./hpack/encoder.ts";
import type { Http2Limits } from "./limits.ts";
import type { Outbound } from "./outbound.ts";
import {
  ConnectionError,
  ERROR,
  FLAG,
  FRAME,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  INITIAL_WINDOW_BYTES,
  WINDOW_BYTES_MAX,
  type Http2ErrorCode,
} from "./protocol.ts";
import type { Http2Stream } from "./stream.ts";

/** A stream that asked for it hears of room when no more than this waits. */
const DRAINED_BYTES = 32 * 1024;

/** What a piece of held output takes beside its bytes, about. */
const PIECE_OVERHEAD_BYTES = 256;

const RST_STREAM_BYTES = FRAME_HEADER_BYTES + 4;

/** What the send side tells its connection. */
export interface SendHost {
  /** There is output, for the first time since it was taken. */
  wantFlush(): void;
  /** We have sent the end of the stream. Must not send more than a reset at once. */
  ended(stream: Http2Stream): void;
  /** The stream's server gives it up. */
  resetByServer(stream: Http2Stream, code: Http2ErrorCode): void;
}

/**
 * Everything that leaves on one connection: header blocks, data within the peer's windows, and the
 * data that has to wait.
 *
 * Invariant: `#waiting` holds exactly the streams whose next data frame waits for the connection
 * (its window or its socket); a stream that waits for its own window only is woken by that window.
 */
export class SendSide {
  readonly out: Outbound;
  readonly #host: SendHost;
  readonly #encoder = new HpackEncoder();
  readonly #limits: Http2Limits;
  readonly #waiting = new Set<Http2Stream>();
  #window = INITIAL_WINDOW_BYTES;
  #streamWindow = INITIAL_WINDOW_BYTES;
  /** What all streams keep in `pending`, with its overhead. */
  #held = 0;
  /** Bytes that left here but that the socket still holds. */
  #unsent = 0;
  #dirty = false;
  #sentSinceAsked = false;

  constructor(out: Outbound, limits: Http2Limits, host: SendHost) {
    this.out = out;
    this.#limits = limits;
    this.#host = host;
  }

  /** The window that a new stream begins with. */
  get streamWindow(): number {
    return this.#streamWindow;
  }

  /** Whether the peer reads so slowly that streams have to keep their output. */
  get congested(): boolean {
    return this.out.total + this.#unsent >= this.#limits.outputBytesMax;
  }

  /** Whether so much waits in the streams that none of them should be given more. */
  get full(): boolean {
    return this.#held > this.#limits.heldBytesMax;
  }

  /** To be called with everything that was written to `out`. */
  touch(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#host.wantFlush();
  }

  /** `out` was flushed, and the socket holds so much of it; called again when that changes. */
  flushed(unsent: number): void {
    this.#dirty = false;
    this.#unsent = unsent;
    this.#pumpWaiting();
  }

  /** Whether headers or data left since the last call. */
  takeSent(): boolean {
    const sent = this.#sentSinceAsked;
    this.#sentSinceAsked = false;
    return sent;
  }

  headers(stream: Http2Stream, block: PreparedBlock, end: boolean): void {
    if (stream.localClosed) return;
    this.out.ensure(FRAME_HEADER_BYTES + block.bytesMax);
    this.out.length = this.#writeHeaders(stream.id, block, end, this.out.length);
    this.touch();
    if (end) this.#end(stream);
  }

  reserve(
    stream: Http2Stream,
    head: PreparedBlock | null,
    size: number,
    trailers: PreparedBlock | null,
  ): number {
    if (size > this.#window || size > stream.sendWindow || size > FRAME_BYTES_MAX) return -1;
    if (stream.localClosed || stream.pendingBytes > 0 || this.congested) return -1;
    const { out } = this;
    // `ended` may append a reset, which must not move `out` to another slab.
    const frames = 3 * FRAME_HEADER_BYTES + RST_STREAM_BYTES;
    out.ensure(frames + size + (head?.bytesMax ?? 0) + (trailers?.bytesMax ?? 0));
    let at = out.length;
    if (head !== null) at = this.#writeHeaders(stream.id, head, false, at);
    const data = writeFrameHeader(out.bytes, at, size, FRAME.data, 0, stream.id);
    at = data + size;
    this.#window -= size;
    stream.sendWindow -= size;
    if (trailers !== null) at = this.#writeHeaders(stream.id, trailers, true, at);
    out.length = at;
    this.#sentSinceAsked = true;
    this.touch();
    if (trailers !== null) this.#end(stream);
    return data;
  }

  data(stream: Http2Stream, pieces: readonly Uint8Array[]): void {
    if (stream.localClosed) return;
    for (const piece of pieces) {
      if (piece.length === 0) continue;
      stream.pending.push(piece);
      stream.pendingBytes += piece.length;
      this.#held += piece.length + PIECE_OVERHEAD_BYTES;
    }
    this.#pump(stream);
  }

  end(stream: Http2Stream, trailers: PreparedBlock | null): void {
    if (stream.localClosed || stream.ending !== null) return;
    stream.ending = { trailers };
    if (stream.pendingBytes === 0) this.#finish(stream);
  }

  reset(stream: Http2Stream, code: Http2ErrorCode): void {
    if (!stream.localClosed) this.#host.resetByServer(stream, code);
  }

  /** Drops what the stream wanted to send. */
  forget(stream: Http2Stream): void {
    stream.localClosed = true;
    this.#held -= stream.pendingBytes + stream.pending.length * PIECE_OVERHEAD_BYTES;
    stream.pending.length = 0;
    stream.pendingBytes = 0;
    this.#waiting.delete(stream);
  }

  /** The peer's setting for new streams; `open` are those that it also changes. */
  setStreamWindow(bytes: number, open: Iterable<Http2Stream>): void {
    const change = bytes - this.#streamWindow;
    this.#streamWindow = bytes;
    for (const stream of open) {
      stream.sendWindow += change;
      if (stream.sendWindow > WINDOW_BYTES_MAX) {
        throw new ConnectionError(ERROR.flowControlError, "stream window overflows");
      }
      if (stream.sendWindow <= 0) this.#waiting.delete(stream);
      this.#pump(stream);
    }
  }

  limitHeaderTable(bytes: number): void {
    this.#encoder.limitTable(bytes);
  }

  enlargeWindow(increment: number): void {
    this.#window += increment;
    if (this.#window > WINDOW_BYTES_MAX) {
      throw new ConnectionError(ERROR.flowControlError, "connection window overflows");
    }
    this.#pumpWaiting();
  }

  /** Answers false when the window would overflow. */
  enlargeStreamWindow(stream: Http2Stream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.sendWindow > WINDOW_BYTES_MAX) return false;
    this.#pump(stream);
    return true;
  }

  #writeHeaders(id: number, block: PreparedBlock, end: boolean, at: number): number {
    const bytes = this.out.bytes;
    const start = at + FRAME_HEADER_BYTES;
    const behind = this.#encoder.write(block, bytes, start);
    const flags = end ? FLAG.endHeaders | FLAG.endStream : FLAG.endHeaders;
    writeFrameHeader(bytes, at, behind - start, FRAME.headers, flags, id);
    this.#sentSinceAsked = true;
    return behind;
  }

  #pumpWaiting(): void {
    for (const stream of this.#waiting) {
      if (this.#window <= 0 || this.congested) return;
      // A set iterates over what is added behind: streams take turns, one frame each.
      this.#waiting.delete(stream);
      this.#sendFrame(stream);
      if (stream.pendingBytes > 0 && stream.sendWindow > 0) this.#waiting.add(stream);
      this.#sent(stream);
    }
  }

  #pump(stream: Http2Stream): void {
    if (stream.pendingBytes === 0 || this.#waiting.has(stream)) return;
    while (stream.pendingBytes > 0 && stream.sendWindow > 0) {
      if (this.#window <= 0 || this.congested) {
        this.#waiting.add(stream);
        break;
      }
      this.#sendFrame(stream);
    }
    this.#sent(stream);
  }

  /** Something of the stream may have left: tells those who wait for it. */
  #sent(stream: Http2Stream): void {
    if (stream.pendingBytes === 0 && stream.ending !== null) this.#finish(stream);
    else if (stream.drainAsked && stream.pendingBytes <= DRAINED_BYTES) {
      stream.drainAsked = false;
      stream.sink?.drained();
    }
  }

  /** Sends one data frame as large as windows allow, which is known to be more than nothing. */
  #sendFrame(stream: Http2Stream): void {
    const { out } = this;
    const size = Math.min(stream.pendingBytes, stream.sendWindow, this.#window, FRAME_BYTES_MAX);
    out.ensure(FRAME_HEADER_BYTES + size);
    const last =
      size === stream.pendingBytes && stream.ending !== null && stream.ending.trailers === null;
    const flags = last ? FLAG.endStream : 0;
    let at = writeFrameHeader(out.bytes, out.length, size, FRAME.data, flags, stream.id);
    const behind = at + size;
    let taken = 0;
    while (at < behind) {
      const piece = stream.pending[taken] as Uint8Array;
      const from = stream.pendingStart;
      const count = Math.min(piece.length - from, behind - at);
      out.bytes.set(piece.subarray(from, from + count), at);
      at += count;
      stream.pendingStart = from + count;
      if (stream.pendingStart === piece.length) {
        stream.pendingStart = 0;
        taken++;
      }
    }
    if (taken > 0) stream.pending.splice(0, taken);
    this.#held -= size + taken * PIECE_OVERHEAD_BYTES;
    stream.pendingBytes -= size;
    stream.sendWindow -= size;
    this.#window -= size;
    out.length = at;
    this.#sentSinceAsked = true;
    this.touch();
    if (last) this.#end(stream);
  }

  /** Nothing is pending: sends what ends the stream. */
  #finish(stream: Http2Stream): void {
    if (stream.localClosed || stream.ending === null) return;
    const { trailers } = stream.ending;
    if (trailers !== null) {
      this.headers(stream, trailers, true);
      return;
    }
    this.out.ensure(FRAME_HEADER_BYTES);
    const { bytes, length } = this.out;
    this.out.length = writeFrameHeader(bytes, length, 0, FRAME.data, FLAG.endStream, stream.id);
    this.touch();
    this.#end(stream);
  }

  #end(stream: Http2Stream): void {
    this.forget(stream);
    this.#host.ended(stream);
  }
}
