/** Bounds of one HTTP/2 connection. Everything that a peer can make us hold or do is among them. */
export interface Http2Limits {
  /** Requests open at once; told to the peer, and refused beyond. */
  readonly streamsMax: number;
  /** Decoded size of a request's header list; answered with 431 beyond. */
  readonly headerListBytesMax: number;
  /** Undecoded size of one header block with its continuations. */
  readonly headerBlockBytesMax: number;
  /** How much a peer may send on one stream before it must wait for us. */
  readonly streamWindowBytes: number;
  /** The same for all streams together; 65,535 at least, which no setting can take back. */
  readonly connectionWindowBytes: number;
  /**
   * Output held for a peer that does not read, before streams keep theirs and input stops; 64 KiB at
   * least, as a socket that holds little does not say when it has got rid of it.
   */
  readonly outputBytesMax: number;
  /** Output that the streams keep, beyond which they are given no more of it. */
  readonly heldBytesMax: number;
  /** Streams that end early (reset by the peer or by its fault) per ten seconds. */
  readonly resetsMax: number;
  /** Frames that change nothing (empty data, settings, priority, unknown) per ten seconds. */
  readonly idleFramesMax: number;
  /** Time until the client's preface and settings must be there. */
  readonly prefaceMillis: number;
  /** Time without streams after which the connection is closed gracefully; null for never. */
  readonly idleMillis: number | null;
  /** Silence after which the peer is asked whether it lives, and how long it may take to answer. */
  readonly keepaliveMillis: number;
  readonly keepaliveAnswerMillis: number;
  /** Pings of a client with open streams may not be more frequent. */
  readonly pingIntervalMillisMin: number;
  /** Whether a client may ping as often without any stream; otherwise every two hours. */
  readonly pingWithoutStreams: boolean;
}

export const HTTP2_LIMITS: Http2Limits = {
  streamsMax: 4096,
  headerListBytesMax: 65_536,
  headerBlockBytesMax: 65_536,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  outputBytesMax: 1024 * 1024,
  heldBytesMax: 256 * 1024 * 1024,
  resetsMax: 10_000,
  idleFramesMax: 10_000,
  prefaceMillis: 10_000,
  idleMillis: null,
  keepaliveMillis: 2 * 3_600_000,
  keepaliveAnswerMillis: 20_000,
  pingIntervalMillisMin: 5_000,
  pingWithoutStreams: false,
};
