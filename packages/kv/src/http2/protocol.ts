/** What a client sends first (RFC 9113 §3.4). */
export const PREFACE: Uint8Array = Uint8Array.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (letter) =>
  letter.charCodeAt(0),
);

/** Frame types (RFC 9113 §6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Frame flags; `endStream` and `ack` share a bit. */
export const FLAG = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** Settings that either side of this implementation looks at (RFC 9113 §6.5.2). */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** Error codes (RFC 9113 §7). */
export const ERROR = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

export type Http2ErrorCode = (typeof ERROR)[keyof typeof ERROR];

export const FRAME_HEADER_BYTES = 9;

/** Every peer accepts this much, and we neither send nor accept more. */
export const FRAME_BYTES_MAX = 16_384;

/** Most that the length of a frame can say, and a peer may allow us. */
export const FRAME_LENGTH_MAX = 0xff_ffff;

/** Send windows before the peer's settings say otherwise. */
export const INITIAL_WINDOW_BYTES = 65_535;

export const WINDOW_BYTES_MAX = 0x7fff_ffff;

export const STREAM_ID_MAX = 0x7fff_ffff;

/** Size of a dynamic header table unless the settings say otherwise. */
export const HEADER_TABLE_BYTES = 4096;

/** The peer broke a rule in a way that ends the connection (RFC 9113 §5.4.1). */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: Http2ErrorCode;

  constructor(code: Http2ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
