import type { GroupId, NodeId } from "@quorate/core";

/** Bounds and times of a transport. */
export interface TcpLimits {
  /** A longer frame closes its link: it cannot be one of ours. */
  readonly frameBytesMax: number;
  /** Bytes queued for one peer; one more frame closes the link, because none is ever dropped. */
  readonly queueBytesMax: number;
  /** A longer hello, or any frame before it, is refused; so strangers cannot make us hold more. */
  readonly helloBytesMax: number;
  /** Connections that have not introduced themselves yet; more are closed at once. */
  readonly strangersMax: number;
  /** A connection must have become a link by then. */
  readonly handshakeMillis: number;
  /** An idle link shows this often that it lives; one that is doubted must show it in twice that. */
  readonly probeMillis: number;
  /** A link that was silent for so long is dead. */
  readonly silenceMillis: number;
  /** Dialling again waits between these, doubling, with jitter. */
  readonly redialMillisMin: number;
  readonly redialMillisMax: number;
}

/** Defaults for a local network. */
export const TCP_LIMITS: TcpLimits = {
  frameBytesMax: 64 * 1024 * 1024,
  queueBytesMax: 128 * 1024 * 1024,
  helloBytesMax: 64 * 1024,
  strangersMax: 100,
  handshakeMillis: 5_000,
  probeMillis: 1_000,
  silenceMillis: 5_000,
  redialMillisMin: 50,
  redialMillisMax: 500, // a peer that is back should not wait long: perhaps only we can dial
};

/** Where the transport tells what an operator should know. */
export interface TransportLog {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/** Is told how long it takes from a member to a peer of its group and back, ms. */
export type RoundTripListener = (group: GroupId, peer: NodeId, millis: number) => void;

/** What a transport is started with. */
export interface TcpTransportOptions {
  /** Peer URLs to listen on: `http://host:port`; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** What the URLs come from, such as a flag, for who has to correct it. */
  readonly listenFrom?: string;
  /** Greater than in every earlier life of this process. */
  readonly incarnation: number;
  /** In [0, 1): spreads redials. */
  readonly random: () => number;
  readonly log: TransportLog;
  readonly limits?: Partial<TcpLimits>;
  /** Told every `probeMillis` for every peer that is linked. */
  readonly onRoundTrip?: RoundTripListener;
}
