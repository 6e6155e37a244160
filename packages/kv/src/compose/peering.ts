import { startTcpTransport, type TcpTransport } from "@quorate/transport-tcp";
import type { MemberLog } from "./member-log.ts";
import { RoundTrips } from "./round-trips.ts";

/** What all groups of a process share towards the other members: one transport, one life. */
export interface Peering {
  readonly transport: TcpTransport;
  /** Greater than in every earlier life of this process. */
  readonly incarnation: number;
  readonly roundTrips: RoundTrips;
}

/** Where a process listens for the other members. */
export interface PeerListening {
  readonly urls: readonly string[];
  /** What the URLs come from, for who has to correct it. */
  readonly from: string;
}

/**
 * Listens for the other members.
 *
 * @throws `ERR_ADDRESS`
 */
export async function startPeering(
  { urls: listen, from: listenFrom }: PeerListening,
  log: MemberLog,
): Promise<Peering> {
  // Milliseconds since 1970: greater than in every earlier life, and small enough for the wire.
  const incarnation = Date.now();
  const roundTrips = new RoundTrips();
  const transport = await startTcpTransport({
    listen,
    listenFrom,
    incarnation,
    random: Math.random,
    log,
    onRoundTrip: (group, peer, millis) => roundTrips.observe(group, peer, millis),
  });
  return { transport, incarnation, roundTrips };
}
