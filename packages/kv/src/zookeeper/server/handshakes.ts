import type { Socket } from "node:net";
import type { Identity } from "../access/index.ts";

/** Told of a client whose handshake is over: what to speak through, and who it has proved to be. */
export type SecuredListener = (socket: Socket, proved: readonly Identity[]) => void;

/** What comes before a client's first byte. */
export interface Handshakes {
  /** To be called once, before the first handshake. */
  onSecured(listener: SecuredListener): void;
  /** Takes a socket over, which is destroyed when the handshake fails or takes too long. */
  begin(socket: Socket): void;
}
