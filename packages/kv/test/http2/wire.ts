import { HpackDecoder } from "../../src/http2/hpack/decoder.ts";

// The numbers of RFC 9113, written out once more: the server's own could be wrong.

export const END_STREAM = 0x1;
export const ACK = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const PRIORITY = 0x20;

const TYPES = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
] as const;
export type FrameType = (typeof TYPES)[number];

const CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
];

export const PREFACE: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Any frame, right or wrong. */
export function frame(
  type: FrameType | number,
  flags: number,
  streamId: number,
  payload: Uint8Array | readonly number[] = [],
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = typeof type === "number" ? type : TYPES.indexOf(type);
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, Buffer.from(payload)]);
}

export function u32(...values: readonly number[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    }),
  );
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = pairs.map(([id, value]) => Buffer.concat([Buffer.of(id >>> 8, id), u32(value)]));
  return frame("SETTINGS", 0, 0, Buffer.concat(payload));
}

export const HEADER_TABLE_SIZE = 1;
export const ENABLE_PUSH = 2;
export const INITIAL_WINDOW_SIZE = 4;
export const MAX_FRAME_SIZE = 5;

/** What a client says first. */
export const HELLO: Buffer = Buffer.concat([PREFACE, settings()]);

export function data(streamId: number, payload: Uint8Array | string, flags = 0): Buffer {
  return frame("DATA", flags, streamId, Buffer.from(payload));
}

export function rst(streamId: number, code = 8): Buffer {
  return frame("RST_STREAM", 0, streamId, u32(code));
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame("WINDOW_UPDATE", 0, streamId, u32(increment));
}

export function ping(payload = "12345678"): Buffer {
  return frame("PING", 0, 0, Buffer.from(payload));
}

export type Header = readonly [name: string, value: string];

/** Fields as literals that no table remembers, without Huffman code. */
export function block(...fields: readonly Header[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.of(0), string(name), string(value)]),
  );
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([integer(bytes.length, 7), bytes]);
}

/** An integer behind a lead of zeros (RFC 7541 §5.1). */
export function integer(value: number, prefixBits: number, lead = 0): Buffer {
  const most = 2 ** prefixBits - 1;
  if (value < most) return Buffer.of(lead | value);
  const bytes = [lead | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

/** The head of a request; fields given here replace those of the same name, or come behind. */
export function request(...fields: readonly Header[]): Buffer {
  const all = new Map<string, string>([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", "/t.Echo/Say"],
    [":authority", "test"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ...fields,
  ]);
  return block(...all);
}

export function headers(
  streamId: number,
  fragment: Uint8Array = request(),
  flags = END_HEADERS,
): Buffer {
  return frame("HEADERS", flags, streamId, fragment);
}

export interface Frame {
  readonly type: string;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** Takes whole frames off the front of what has arrived; the rest waits for more. */
export class FrameParser {
  readonly #lengthMax: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(lengthMax = 16_384) {
    this.#lengthMax = lengthMax;
  }

  push(bytes: Uint8Array): Frame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    while (this.#rest.length >= 9) {
      const length = this.#rest.readUIntBE(0, 3);
      if (length > this.#lengthMax) throw new Error(`a frame of ${length} bytes`);
      if (this.#rest.length < 9 + length) break;
      frames.push({
        type: TYPES[this.#rest.readUInt8(3)] ?? "?",
        flags: this.#rest.readUInt8(4),
        streamId: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(9, 9 + length),
      });
      this.#rest = this.#rest.subarray(9 + length);
    }
    return frames;
  }

  /** Bytes of a frame that is not whole. */
  get unfinished(): number {
    return this.#rest.length;
  }
}

/** Says frames as lines that tests compare. Keeps the header table, so it must see all of them. */
export class FrameTeller {
  readonly #decoder = new HpackDecoder();

  tell({ type, flags, streamId, payload }: Frame): string {
    const end = (flags & END_STREAM) === 0 ? "" : " END_STREAM";
    switch (type) {
      case "DATA":
        return `DATA ${streamId} ${payload.length}${end}`;
      case "HEADERS":
        return `HEADERS ${streamId} ${this.#fields(payload)}${end}`;
      case "RST_STREAM":
        return `RST_STREAM ${streamId} ${codeOf(payload, 0)}`;
      case "GOAWAY": {
        const text = payload.toString("latin1", 8);
        return `GOAWAY ${payload.readUInt32BE(0)} ${codeOf(payload, 4)}${text === "" ? "" : `: ${text}`}`;
      }
      case "SETTINGS":
        return (flags & ACK) === 0 ? "SETTINGS" : "SETTINGS ACK";
      case "PING":
        return `PING${(flags & ACK) === 0 ? "" : " ACK"} ${payload.toString("latin1")}`;
      case "WINDOW_UPDATE":
        return `WINDOW_UPDATE ${streamId} ${payload.readUInt32BE(0)}`;
      default:
        return `${type} ${streamId}`;
    }
  }

  #fields(payload: Buffer): string {
    const fields: string[] = [];
    this.#decoder.decode(payload, 0, payload.length, {
      field: ({ name, value }) => fields.push(`${name}=${value}`),
    });
    return fields.join(" ");
  }
}

function codeOf(payload: Buffer, at: number): string {
  const code = payload.readUInt32BE(at);
  return CODES[code] ?? String(code);
}
