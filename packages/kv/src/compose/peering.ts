import { startTcpTransport, type TcpTransport } from "@quorate/transport-tcp";
import type { MemberLog } from "./member-log.ts";

/** What all groups of a process share towards the other members: one transport, one life. */
export interface Peering {
  readonly transport: TcpTransport;
  /** Greater than in every earlier life of this process. */
  readonly incarnation: number;
}

/**
 * Listens for the other members.
 *
 * @param listen - peer URLs
 * @throws `ERR_ADDRESS`
 */
export async function startPeering(listen: readonly string[], log: MemberLog): Promise<Peering> {
  // Milliseconds since 1970: greater than in every earlier life, and small enough for the wire.
  const incarnation = Date.now();
  const transport = await startTcpTransport({ listen, incarnation, random: Math.random, log });
  return { transport, incarnation };
}
