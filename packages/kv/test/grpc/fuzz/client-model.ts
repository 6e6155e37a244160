import { HpackDecoder } from "../../../src/http2/hpack/decoder.ts";
import { END_STREAM, FrameParser, PREFACE, type Frame } from "../../http2/wire.ts";

interface Stream {
  /** What the server may still send here, as far as the client has said and heard. */
  window: number;
  /** The request was over with its headers. */
  endedByHeaders: boolean;
  /** The client has reset it, and the server has had a turn since. */
  quiet: boolean;
  /** What the server has sent last: an end is for ever. */
  answer: "none" | "head" | "ended" | "reset";
}

const INITIAL_WINDOW_SIZE = 4;
const ACK = 1;

/**
 * What a client knows, from both sides' frames: throws when the server breaks a rule of RFC 9113.
 * The client's own faults are not judged: they only have to end in an error.
 */
export class ClientModel {
  readonly #sent = new FrameParser(Number.MAX_SAFE_INTEGER);
  readonly #decoder = new HpackDecoder();
  readonly #streams = new Map<number, Stream>();
  /** Initial windows in settings that are not acknowledged; null where they change none. */
  readonly #settings: (number | null)[] = [];
  /** Reset by the client in this turn. */
  readonly #reset: Stream[] = [];
  #greatestId = 0;
  #prefaceLeft = PREFACE.length;
  #window = 65_535;
  #initialWindow = 65_535;
  #first = true;
  #lastStreamId = 2 ** 31 - 1;
  #failed = false;

  /** The server has ended the connection with an error. */
  get failed(): boolean {
    return this.#failed;
  }

  /** The client sends. */
  send(bytes: Buffer): void {
    const rest = bytes.subarray(this.#prefaceLeft);
    this.#prefaceLeft = Math.max(0, this.#prefaceLeft - bytes.length);
    for (const frame of this.#sent.push(rest)) this.#say(frame);
  }

  /** The server has sent, in answer to everything before. */
  receive(frames: readonly Frame[]): void {
    for (const frame of frames) this.#hear(frame);
    for (const stream of this.#reset.splice(0)) stream.quiet = true;
  }

  #say({ type, flags, streamId, payload }: Frame): void {
    const id = streamId & 0x7fff_ffff;
    switch (type) {
      case "HEADERS":
        if (this.#streams.has(id)) return;
        this.#greatestId = Math.max(this.#greatestId, id);
        this.#streams.set(id, {
          window: this.#initialWindow,
          endedByHeaders: (flags & END_STREAM) !== 0,
          quiet: false,
          answer: "none",
        });
        return;
      case "RST_STREAM": {
        const stream = this.#streams.get(id);
        if (stream !== undefined) this.#reset.push(stream);
        return;
      }
      case "WINDOW_UPDATE": {
        if (payload.length !== 4) return;
        const increment = payload.readUInt32BE() & 0x7fff_ffff;
        const stream = this.#streams.get(id);
        if (id === 0) this.#window += increment;
        else if (stream !== undefined) stream.window += increment;
        return;
      }
      case "SETTINGS":
        if ((flags & ACK) === 0) this.#settings.push(initialWindowOf(payload));
        return;
      default:
    }
  }

  #hear(frame: Frame): void {
    const { type, flags, streamId, payload } = frame;
    must(!this.#failed, frame, "nothing comes behind an error of the connection");
    must(
      !this.#first || (type === "SETTINGS" && (flags & ACK) === 0),
      frame,
      "settings come first",
    );
    this.#first = false;
    switch (type) {
      case "SETTINGS":
        if ((flags & ACK) !== 0) this.#acknowledged(frame);
        return;
      case "GOAWAY": {
        const last = payload.readUInt32BE();
        must(last <= this.#lastStreamId, frame, "the last stream id does not grow");
        this.#lastStreamId = last;
        this.#failed = payload.readUInt32BE(4) !== 0;
        return;
      }
      case "HEADERS":
        return this.#headers(frame);
      case "DATA": {
        const stream = this.#stream(frame);
        must(stream.answer === "head", frame, "data come behind headers and before the end");
        this.#window -= payload.length;
        stream.window -= payload.length;
        if (payload.length > 0) {
          must(this.#window >= 0, frame, "the connection's window is kept");
          must(stream.window >= 0, frame, "the stream's window is kept");
        }
        if ((flags & END_STREAM) !== 0) stream.answer = "ended";
        return;
      }
      case "RST_STREAM": {
        const used = (streamId & 1) === 1 && streamId <= this.#greatestId;
        must(used, frame, "no idle stream is reset");
        const stream = this.#streams.get(streamId);
        // One that was passed over.
        if (stream === undefined) return;
        const needless = stream.endedByHeaders && payload.readUInt32BE() === 0;
        must(!needless, frame, "a whole request is not reset behind its answer");
        stream.answer = "reset";
        return;
      }
      case "PING":
      case "WINDOW_UPDATE":
        return;
      default:
        must(false, frame, "a server sends nothing else");
    }
  }

  #headers(frame: Frame): void {
    const names: string[] = [];
    this.#decoder.decode(frame.payload, 0, frame.payload.length, {
      field: ({ name }) => void names.push(name),
    });
    const stream = this.#stream(frame);
    const end = (frame.flags & END_STREAM) !== 0;
    must((frame.flags & 4) !== 0, frame, "header blocks fit their frame");
    if (stream.answer === "none")
      must(names[0] === ":status", frame, "a head begins with a status");
    else {
      must(stream.answer === "head" && end, frame, "trailers are the end");
      must(!names.some((name) => name.startsWith(":")), frame, "trailers have no pseudo-fields");
    }
    stream.answer = end ? "ended" : "head";
  }

  #stream(frame: Frame): Stream {
    const stream = this.#streams.get(frame.streamId);
    if (stream === undefined)
      throw new Error(`an answer on stream ${frame.streamId}, never opened`);
    must(stream.answer !== "reset", frame, "nothing comes behind a reset");
    must(!stream.quiet, frame, "nothing is sent on a stream that the client has reset");
    return stream;
  }

  #acknowledged(frame: Frame): void {
    const initial = this.#settings.shift();
    must(initial !== undefined, frame, "only settings are acknowledged");
    if (initial === null || initial === undefined) return;
    for (const stream of this.#streams.values()) stream.window += initial - this.#initialWindow;
    this.#initialWindow = initial;
  }
}

function initialWindowOf(payload: Buffer): number | null {
  let found: number | null = null;
  for (let at = 0; at + 6 <= payload.length; at += 6) {
    if (payload.readUInt16BE(at) === INITIAL_WINDOW_SIZE) found = payload.readUInt32BE(at + 2);
  }
  return found;
}

function must(holds: boolean, { type, flags, streamId, payload }: Frame, rule: string): void {
  if (holds) return;
  throw new Error(`${rule}: ${type} flags ${flags} stream ${streamId}, ${payload.length} bytes`);
}
