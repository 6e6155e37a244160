/** Where a server runs. */
export interface Site {
  /** What stands before the command, to enter it; nothing for this machine's own network. */
  readonly enter: readonly string[];
  /** Where the other servers reach it. */
  readonly peerHost: string;
  /** Where clients reach it. */
  readonly clientHost: string;
}

/** This machine's own network. */
export const HERE: Site = { enter: [], peerHost: "127.0.0.1", clientHost: "127.0.0.1" };
