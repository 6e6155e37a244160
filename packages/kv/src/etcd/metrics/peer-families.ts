import type { NodeId } from "@quorate/core";
import { counter, gauge, histogram, type Family, type Histogram } from "../../metrics/index.ts";

/** What is known of the way to a peer. */
export interface PeerCounts {
  readonly isLinked: boolean;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Attempts to link that came to nothing, and links that were lost. */
  readonly failures: number;
  /** Links that were lost. */
  readonly losses: number;
}

/** The ways to the other members, as they are now. */
export interface PeerSource {
  readonly counts: () => ReadonlyMap<NodeId, PeerCounts>;
  /** How long it takes to a peer and back, in seconds. */
  readonly roundTrips: (peer: NodeId) => Histogram | null;
}

/** What passes between the member and the others. */
export function peerFamilies(self: NodeId, source: PeerSource): readonly Family[] {
  const peers = [...source.counts()];
  const each = (label: "To" | "From", value: (peer: PeerCounts) => number) =>
    peers.map(([id, counts]) => ({ labels: { [label]: id }, value: value(counts) }));
  const pairs = (value: (peer: PeerCounts) => number) =>
    peers.map(([id, counts]) => ({ labels: { Local: self, Remote: id }, value: value(counts) }));
  return [
    gauge("etcd_network_known_peers", "How many other members there are.", peers.length),
    gauge(
      "etcd_network_active_peers",
      "Whether the peer is linked (1) or not (0).",
      pairs(({ isLinked }) => Number(isLinked)),
    ),
    counter(
      "etcd_network_disconnected_peers_total",
      "How often the link with the peer was lost.",
      pairs(({ losses }) => losses),
    ),
    counter(
      "etcd_network_peer_sent_bytes_total",
      "Bytes that went to the peer.",
      each("To", ({ bytesSent }) => bytesSent),
    ),
    counter(
      "etcd_network_peer_received_bytes_total",
      "Bytes that came from the peer.",
      each("From", ({ bytesReceived }) => bytesReceived),
    ),
    counter(
      "etcd_network_peer_sent_failures_total",
      "Attempts to link with the peer that failed, and links that were lost.",
      each("To", ({ failures }) => failures),
    ),
    histogram(
      "etcd_network_peer_round_trip_time_seconds",
      "How long it takes to the peer and back.",
      peers.flatMap(([id]) => {
        const seconds = source.roundTrips(id);
        return seconds === null ? [] : [{ labels: { To: id }, histogram: seconds }];
      }),
    ),
  ];
}
