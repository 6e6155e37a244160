/** What happens on a stream of bytes. */
export interface ClientStreamListener {
  /** Bytes of the client's came, in the order in which it sent them; never while paused. */
  onData(bytes: Uint8Array): void;
  /** Everything written was taken, after there was more than could be at once. */
  onDrain(): void;
  /** The client sends no more; it may still be reading. */
  onEnd(): void;
  /** The stream is over, whoever ended it and however; nothing is said after it. */
  onClose(): void;
}

/** One client's connection, as the server needs it: bytes in order, both ways. */
export interface ClientStream {
  /** The client's address, an IPv4 one in its short form. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether nobody on the way can read what passes. */
  readonly isSecure: boolean;
  /** Bytes written that were not taken yet, as far as this process knows. */
  readonly pendingBytes: number;
  /** Whether it makes sense to write. */
  readonly isWritable: boolean;
  /** The bytes must not change as long as {@link pendingBytes} is above 0. */
  write(bytes: Uint8Array): void;
  /** Ends this side behind what was written; the client may go on sending. */
  end(): void;
  /** Ends both sides at once. */
  destroy(): void;
  /** Nothing is taken from the client until {@link resume}. */
  pause(): void;
  resume(): void;
  /** To be called once, in the turn in which the stream was made. */
  listen(listener: ClientStreamListener): void;
}
