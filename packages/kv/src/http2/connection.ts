import { frameFault, paddedEnd, readU31 } from "./frame-checks.ts";
import { FloodGuard } from "./flood-guard.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import {
  appendGoaway,
  appendPing,
  appendRstStream,
  appendSettings,
  appendSettingsAck,
  appendWindowUpdate,
} from "./frame-writer.ts";
import { HeaderBlock } from "./header-block.ts";
import { HeadMemo, type KnownHead } from "./head-memo.ts";
import { HpackDecoder } from "./hpack/decoder.ts";
import { encodeStatus, prepareBlock } from "./hpack/encoder.ts";
import type { Http2Limits } from "./limits.ts";
import { Liveness } from "./liveness.ts";
import { Outbound, type ByteSink, type SlabPool } from "./outbound.ts";
import { PingPolicy } from "./ping-policy.ts";
import {
  ConnectionError,
  ERROR,
  FLAG,
  FRAME,
  INITIAL_WINDOW_BYTES,
  PREFACE,
  SETTING,
  STREAM_ID_MAX,
  type Http2ErrorCode,
} from "./protocol.ts";
import { HeadBuilder, type RequestHead } from "./request-head.ts";
import { SendSide, type SendHost } from "./send-side.ts";
import { readSettings } from "./settings.ts";
import { StreamTable } from "./stream-table.ts";
import { Http2Stream, type StreamSink } from "./stream.ts";

/** Serves requests. */
export interface RequestHandler<Route> {
  /**
   * What is to be done with requests that begin so. The answer serves every later request with the
   * same head, so it must depend on the head alone.
   */
  route(head: RequestHead): Route;
  /** A request begins. */
  begin(stream: Http2Stream, route: Route): StreamSink;
}

/** What a connection is made of. */
export interface ConnectionOptions<Route> {
  readonly limits: Http2Limits;
  readonly handler: RequestHandler<Route>;
  readonly pool: SlabPool;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Somebody should call `flush` at the end of this turn of the loop. */
  readonly wantFlush: () => void;
}

const TOO_LARGE = prepareBlock([encodeStatus(431)]);
const DRAIN_PING = Uint8Array.of(0x71, 0x64, 0x72, 0x61, 0x69, 0x6e, 0, 1);
const ALIVE_PING = Uint8Array.of(0x71, 0x61, 0x6c, 0x69, 0x76, 0x65, 0, 1);

/** How far the connection is on its way out. */
type Phase =
  | { readonly kind: "open" }
  /** The peer was told to open no more streams, but may not have heard it. */
  | { readonly kind: "announced"; readonly until: number }
  /** New streams are refused; closes when the last one ends. */
  | { readonly kind: "draining"; readonly lastStreamId: number }
  /** Nothing is read any more; what was gathered is still to be written. */
  | { readonly kind: "finished" };

/**
 * The server's side of one HTTP/2 connection (RFC 9113), without a socket: bytes go in through
 * `receive`, and come out through `flush`.
 */
export class Http2Connection<Route> implements FrameSink, SendHost {
  readonly #limits: Http2Limits;
  readonly #handler: RequestHandler<Route>;
  readonly #now: () => number;
  readonly #wantFlush: () => void;
  readonly #reader = new FrameReader(this);
  readonly #out: Outbound;
  readonly #send: SendSide;
  readonly #decoder = new HpackDecoder();
  readonly #head: HeadBuilder;
  readonly #memo = new HeadMemo<Route>();
  readonly #pings: PingPolicy;
  readonly #resets: FloodGuard;
  readonly #idleFrames: FloodGuard;
  readonly #liveness: Liveness;
  readonly #streams: StreamTable;
  #block: HeaderBlock | null = null;
  #prefaceSeen = 0;
  #settingsSeen = false;
  #received = 0;
  #phase: Phase = { kind: "open" };

  constructor(options: ConnectionOptions<Route>) {
    const { limits } = options;
    this.#limits = limits;
    this.#handler = options.handler;
    this.#now = options.now;
    this.#wantFlush = options.wantFlush;
    this.#out = new Outbound(options.pool);
    this.#send = new SendSide(this.#out, limits, this);
    this.#head = new HeadBuilder(limits.headerListBytesMax);
    this.#pings = new PingPolicy(limits);
    this.#resets = new FloodGuard("resets", limits.resetsMax);
    this.#idleFrames = new FloodGuard("idle_frames", limits.idleFramesMax);
    this.#liveness = new Liveness(limits, options.now());
    this.#streams = new StreamTable(limits.streamsMax);
  }

  /** Sends our settings; to be called once, before anything else. */
  open(): void {
    const limits = this.#limits;
    appendSettings(this.#out, [
      [SETTING.maxConcurrentStreams, limits.streamsMax],
      [SETTING.initialWindowSize, limits.streamWindowBytes],
      [SETTING.maxHeaderListSize, limits.headerListBytesMax],
    ]);
    const more = limits.connectionWindowBytes - INITIAL_WINDOW_BYTES;
    if (more > 0) appendWindowUpdate(this.#out, 0, more);
    this.#send.touch();
  }

  /** Streams that are not over. */
  get streams(): number {
    return this.#streams.size;
  }

  /** The peer reads too slowly: reading its requests should wait. */
  get congested(): boolean {
    return this.#send.congested;
  }

  /** Everything has been said; the socket can be closed once the output is written. */
  get finished(): boolean {
    return this.#phase.kind === "finished";
  }

  /** Takes bytes from the peer. They must not change any more: requests are views of them. */
  receive(chunk: Uint8Array): void {
    if (this.#phase.kind === "finished") return;
    this.#liveness.heard();
    try {
      const at = this.#prefaceSeen < PREFACE.length ? this.#takePreface(chunk) : 0;
      this.#reader.push(chunk, at);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#fail(error);
    }
  }

  /** Writes what was gathered; answers false while the sink has not got rid of everything. */
  flush(sink: ByteSink): boolean {
    return this.#out.flush(sink);
  }

  /** After `flush`, and again when that changes: bytes that the sink still holds. */
  flushed(unsent: number): void {
    this.#send.flushed(unsent);
  }

  /** The peer says no more, or is gone. What was gathered for it is still to be written. */
  closed(): void {
    this.#phase = { kind: "finished" };
    for (const stream of this.#streams.all()) {
      this.#send.forget(stream);
      stream.sink?.aborted();
    }
    this.#streams.clear();
    this.#wantFlush();
  }

  /** Asks the peer to go elsewhere, serves what it has begun, and finishes. */
  shutDown(): void {
    if (this.#phase.kind !== "open") return;
    // Requests may be on their way: they are served until the peer has answered the ping.
    this.#phase = { kind: "announced", until: this.#now() + this.#limits.keepaliveAnswerMillis };
    appendGoaway(this.#out, STREAM_ID_MAX, ERROR.noError, "");
    appendPing(this.#out, false, DRAIN_PING, 0);
    this.#send.touch();
  }

  /** To be called every second or so. */
  tick(): void {
    const now = this.#now();
    if (this.#phase.kind === "announced" && now >= this.#phase.until) this.#drain();
    if (this.finished) return;
    switch (this.#liveness.tick(now, this.#settingsSeen, this.#streams.size)) {
      case "give up":
        return this.#fail(new ConnectionError(ERROR.settingsTimeout, "no preface"));
      case "silent":
        return this.#fail(new ConnectionError(ERROR.noError, "keepalive"));
      case "ask":
        appendPing(this.#out, false, ALIVE_PING, 0);
        return this.#send.touch();
      case "idle":
        return this.shutDown();
      case "nothing":
    }
  }

  // From the send side.

  wantFlush(): void {
    this.#wantFlush();
  }

  ended(stream: Http2Stream): void {
    if (!stream.remoteClosed) {
      // The request is answered whether or not the rest of it comes (RFC 9113 §8.1).
      this.#streams.rememberReset(stream.id);
      appendRstStream(this.#out, stream.id, ERROR.noError);
    }
    this.#remove(stream);
  }

  resetByServer(stream: Http2Stream, code: Http2ErrorCode): void {
    this.#send.forget(stream);
    this.#streams.rememberReset(stream.id);
    appendRstStream(this.#out, stream.id, code);
    this.#send.touch();
    this.#remove(stream);
  }

  // From the frame reader.

  frame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    // The rest of the chunk in which the connection came to its end.
    if (this.#phase.kind === "finished") return;
    if (!this.#settingsSeen && (type !== FRAME.settings || (flags & FLAG.ack) !== 0)) {
      throw new ConnectionError(ERROR.protocolError, "the first frame is not settings");
    }
    if (this.#block !== null) return this.#continuation(type, flags, streamId, bytes, start, end);
    const fault = frameFault(type, streamId, end - start);
    if (fault !== null) return this.#faultyFrame(type, streamId, fault);
    switch (type) {
      case FRAME.data:
        return this.#data(flags, streamId, bytes, start, end);
      case FRAME.headers:
        return this.#headers(flags, streamId, bytes, start, end);
      case FRAME.rstStream:
        return this.#rstStream(streamId);
      case FRAME.settings:
        return this.#settings(flags, bytes, start, end);
      case FRAME.ping:
        return this.#ping(flags, bytes, start);
      case FRAME.windowUpdate:
        return this.#windowUpdate(streamId, readU31(bytes, start));
      case FRAME.goaway:
        if (end - start < 8) throw new ConnectionError(ERROR.frameSizeError, "short goaway");
        return;
      case FRAME.pushPromise:
        throw new ConnectionError(ERROR.protocolError, "push from a client");
      case FRAME.continuation:
        throw new ConnectionError(ERROR.protocolError, "continuation of nothing");
      default:
        // Priority, and types that we do not know.
        this.#idleFrames.count(this.#now());
    }
  }

  #takePreface(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && this.#prefaceSeen < PREFACE.length) {
      if (chunk[at++] !== PREFACE[this.#prefaceSeen++]) {
        throw new ConnectionError(ERROR.protocolError, "this is not an HTTP/2 preface");
      }
    }
    return at;
  }

  #faultyFrame(type: number, streamId: number, code: Http2ErrorCode): void {
    // An idle stream cannot be reset, and the connection is none.
    if (type !== FRAME.priority || this.#streams.isIdle(streamId)) {
      throw new ConnectionError(code, `bad frame of type ${type}`);
    }
    this.#idleFrames.count(this.#now());
    this.#streamError(streamId, code);
  }

  #data(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.#credit(end - start);
    let from = start;
    let to = end;
    if ((flags & FLAG.padded) !== 0) {
      to = paddedEnd(bytes, start, end);
      from++;
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.remoteClosed) return this.#late(streamId, "data");
    const last = (flags & FLAG.endStream) !== 0;
    if (from === to && !last) this.#idleFrames.count(this.#now());
    if (stream.bodyLeft >= 0) {
      stream.bodyLeft -= to - from;
      if (stream.bodyLeft < 0) return this.#streamError(streamId, ERROR.protocolError);
    }
    if (last) stream.remoteClosed = true;
    else this.#creditStream(stream, end - start);
    if (to > from) stream.sink?.received(bytes, from, to);
    if (last) this.#endOfRequest(stream);
  }

  /** Gives windows back in batches. Bytes are taken over at once, so a window is never used up. */
  #credit(count: number): void {
    this.#received += count;
    if (this.#received * 2 < this.#limits.connectionWindowBytes) return;
    appendWindowUpdate(this.#out, 0, this.#received);
    this.#send.touch();
    this.#received = 0;
  }

  #creditStream(stream: Http2Stream, count: number): void {
    stream.received += count;
    if (stream.received * 2 < this.#limits.streamWindowBytes) return;
    appendWindowUpdate(this.#out, stream.id, stream.received);
    this.#send.touch();
    stream.received = 0;
  }

  #endOfRequest(stream: Http2Stream): void {
    if (stream.localClosed) return;
    if (stream.bodyLeft > 0) return this.#streamError(stream.id, ERROR.protocolError);
    stream.remoteClosed = true;
    stream.sink?.halfClosed();
  }

  #headers(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    let to = end;
    if ((flags & FLAG.padded) !== 0) {
      to = paddedEnd(bytes, start, end);
      from++;
    }
    if ((flags & FLAG.priority) !== 0) {
      from += 5;
      if (from > to) throw new ConnectionError(ERROR.frameSizeError, "short headers");
    }
    if ((streamId & 1) === 0) throw new ConnectionError(ERROR.protocolError, "even stream id");
    const endStream = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) !== 0) {
      return this.#headerBlock(streamId, endStream, bytes, from, to);
    }
    this.#block = new HeaderBlock(streamId, endStream, this.#limits.headerBlockBytesMax);
    this.#block.add(bytes, from, to);
  }

  #continuation(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const block = this.#block;
    if (block === null || type !== FRAME.continuation || streamId !== block.streamId) {
      throw new ConnectionError(ERROR.protocolError, "header block interrupted");
    }
    block.add(bytes, start, end);
    if ((flags & FLAG.endHeaders) === 0) return;
    this.#block = null;
    const joined = block.join();
    this.#headerBlock(streamId, block.endStream, joined, 0, joined.length);
  }

  #headerBlock(
    streamId: number,
    endStream: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (streamId > this.#streams.last) {
      this.#streams.use(streamId);
      return this.#request(streamId, endStream, bytes, start, end);
    }
    // Also what is not wanted must be decoded, or the table goes out of step.
    this.#head.begin();
    this.#decoder.decode(bytes, start, end, this.#head);
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.remoteClosed) return this.#late(streamId, "headers");
    if (!endStream || !this.#head.finishTrailers()) {
      return this.#streamError(streamId, ERROR.protocolError);
    }
    this.#endOfRequest(stream);
  }

  #request(
    streamId: number,
    endStream: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const known =
      this.#memo.find(bytes, start, end, this.#decoder.generation) ??
      this.#decodeHead(bytes, start, end);
    if (known === "malformed") return this.#streamError(streamId, ERROR.protocolError);
    const refused =
      this.#phase.kind === "draining" || this.#streams.size >= this.#limits.streamsMax;
    if (refused) return this.#streamError(streamId, ERROR.refusedStream);
    const length = known === "too large" ? -1 : known.contentLength;
    const stream = new Http2Stream(streamId, this.#send, this.#send.streamWindow, length);
    // Before anybody can answer: a request that is whole must not be reset behind its answer.
    stream.remoteClosed = endStream;
    this.#streams.add(stream);
    if (known === "too large") return stream.headers(TOO_LARGE, true);
    stream.sink = this.#handler.begin(stream, known.route);
    if (endStream) this.#endOfRequest(stream);
  }

  #decodeHead(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): KnownHead<Route> | "malformed" | "too large" {
    const { generation } = this.#decoder;
    this.#head.begin();
    this.#decoder.decode(bytes, start, end, this.#head);
    const head = this.#head.finish();
    if (typeof head === "string") return head;
    const known = { route: this.#handler.route(head), contentLength: head.contentLength };
    if (this.#decoder.generation === generation) {
      this.#memo.keep(bytes, start, end, generation, known);
    }
    return known;
  }

  /** A frame for a stream that is over on the peer's side. */
  #late(streamId: number, what: "data" | "headers"): void {
    if (this.#streams.isIdle(streamId)) {
      throw new ConnectionError(ERROR.protocolError, `${what} for an idle stream`);
    }
    // It may have been sent before our reset arrived.
    if (this.#streams.wasReset(streamId)) return;
    if (what === "headers" && this.#streams.get(streamId) === undefined) {
      throw new ConnectionError(ERROR.streamClosed, "headers for a closed stream");
    }
    this.#streamError(streamId, ERROR.streamClosed);
  }

  #rstStream(streamId: number): void {
    if (this.#streams.isIdle(streamId)) {
      throw new ConnectionError(ERROR.protocolError, "reset of an idle stream");
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.remoteClosed = true;
    this.#cancel(stream);
    this.#resets.count(this.#now());
  }

  #settings(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if ((flags & FLAG.ack) !== 0) {
      if (start !== end) throw new ConnectionError(ERROR.frameSizeError, "settings");
      return this.#idleFrames.count(this.#now());
    }
    const { headerTableSize, initialWindowSize } = readSettings(bytes, start, end);
    if (this.#settingsSeen) this.#idleFrames.count(this.#now());
    this.#settingsSeen = true;
    // First: the peer believes in its settings from here on, and larger windows let data go at once.
    appendSettingsAck(this.#out);
    this.#send.touch();
    if (headerTableSize !== null) this.#send.limitHeaderTable(headerTableSize);
    if (initialWindowSize !== null) {
      this.#send.setStreamWindow(initialWindowSize, this.#streams.all());
    }
  }

  #ping(flags: number, bytes: Uint8Array, start: number): void {
    if ((flags & FLAG.ack) === 0) {
      this.#pings.ping(this.#now(), this.#streams.size, this.#send.takeSent());
      appendPing(this.#out, true, bytes, start);
      return this.#send.touch();
    }
    if (this.#phase.kind !== "announced") return;
    for (let i = 0; i < 8; i++) if (bytes[start + i] !== DRAIN_PING[i]) return;
    this.#drain();
  }

  #windowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) throw new ConnectionError(ERROR.protocolError, "window update of 0");
      return this.#send.enlargeWindow(increment);
    }
    if (this.#streams.isIdle(streamId)) {
      throw new ConnectionError(ERROR.protocolError, "window of an idle stream");
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (increment === 0) return this.#streamError(streamId, ERROR.protocolError);
    if (!this.#send.enlargeStreamWindow(stream, increment)) {
      this.#streamError(streamId, ERROR.flowControlError);
    }
  }

  /** The peer broke a rule on one stream, or asked for one too many. */
  #streamError(streamId: number, code: Http2ErrorCode): void {
    this.#streams.rememberReset(streamId);
    appendRstStream(this.#out, streamId, code);
    this.#send.touch();
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) this.#cancel(stream);
    this.#resets.count(this.#now());
  }

  #cancel(stream: Http2Stream): void {
    this.#send.forget(stream);
    this.#remove(stream);
    stream.sink?.aborted();
  }

  #remove(stream: Http2Stream): void {
    this.#streams.remove(stream);
    this.#finishIfDrained();
  }

  #drain(): void {
    const lastStreamId = this.#streams.last;
    this.#phase = { kind: "draining", lastStreamId };
    appendGoaway(this.#out, lastStreamId, ERROR.noError, "");
    this.#send.touch();
    this.#finishIfDrained();
  }

  #finishIfDrained(): void {
    if (this.#phase.kind !== "draining" || this.#streams.size > 0) return;
    this.#phase = { kind: "finished" };
    this.#wantFlush();
  }

  #fail(error: ConnectionError): void {
    if (this.#phase.kind === "finished") return;
    // What was said once may not grow, though refused streams came behind it (RFC 9113 §6.8).
    const lastStreamId =
      this.#phase.kind === "draining" ? this.#phase.lastStreamId : this.#streams.last;
    appendGoaway(this.#out, lastStreamId, error.code, error.message);
    this.#send.touch();
    this.closed();
  }
}
