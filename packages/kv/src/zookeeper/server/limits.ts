/** Bounds of what clients can make a server hold or do. */
export interface ServerLimits {
  /** Longest frame (`jute.maxbuffer`); a longer one closes the connection. */
  readonly frameBytesMax: number;
  /** Connections from one address (`maxClientCnxns`); 0 for any number. */
  readonly connectionsPerAddress: number;
  /** Connections from everywhere (`maxCnxns`). */
  readonly connectionsMax: number;
  /** Requests under way (`globalOutstandingLimit`); beyond, sockets are not read. */
  readonly outstandingMax: number;
  /** Requests under way of one connection, so that one cannot take them all. */
  readonly outstandingPerConnection: number;
  /** Bytes of the requests under way: with the one that is taken last, less than members send at once. */
  readonly outstandingBytesMax: number;
  /** Bytes of requests that have begun to arrive, over all connections; beyond, the connection is closed. */
  readonly unfinishedBytesMax: number;
  /** Replies held for a client that does not read them, before its requests are left unread. */
  readonly outputBytesMax: number;
  /** Bytes held for a client that does not read what it is told of its watches, which end its connection. */
  readonly notificationBytesMax: number;
  /** Watches of one connection; a read that would leave one more is refused. */
  readonly watchesPerConnection: number;
  /** Characters of all the paths that one connection watches. */
  readonly watchCharactersPerConnection: number;
  /** How long a client may take until it asks for a session. */
  readonly greetingMillis: number;
}

export const SERVER_LIMITS: ServerLimits = {
  frameBytesMax: 1_048_575,
  connectionsPerAddress: 60,
  connectionsMax: 16_384,
  outstandingMax: 1_000,
  outstandingPerConnection: 500,
  outstandingBytesMax: 32 * 1024 * 1024,
  unfinishedBytesMax: 64 * 1024 * 1024,
  outputBytesMax: 1024 * 1024,
  notificationBytesMax: 16 * 1024 * 1024,
  watchesPerConnection: 100_000,
  watchCharactersPerConnection: 16 * 1024 * 1024,
  greetingMillis: 10_000,
};

/** A client may not say anything longer before it has a session. */
export const GREETING_BYTES_MAX = 1024;
