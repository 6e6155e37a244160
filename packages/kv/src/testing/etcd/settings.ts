import type { Prng } from "@quorate/core";
import { drawSettings, type SimSettings, type Span } from "@quorate/core/testing/sim";
import type { ClusterSettings } from "../cluster/faulty-cluster.ts";

/** How many clients there are of each occupation. */
export interface ClientCounts {
  /** Read and write single keys. */
  readonly registers: number;
  /** Read and change several keys at once. */
  readonly ranges: number;
  /** Read what one member has, and what was at revisions of the past. */
  readonly past: number;
  /** Write much at once. */
  readonly bursts: number;
  readonly compactions: number;
  /** Have leases that are kept alive, or that nobody keeps alive. */
  readonly keptLeases: number;
  readonly leftLeases: number;
  /** Take locks by the client library, or by the members' service. */
  readonly locks: number;
  readonly lockService: number;
  readonly watches: number;
}

/** What the clients of one simulation do. */
export interface EtcdWorkload {
  readonly clients: ClientCounts;
  /** Keys that are used one by one, and several at a time. */
  readonly registers: number;
  readonly rangeKeys: number;
  readonly locks: number;
  /** Between two requests of a client. */
  readonly think: Span;
  readonly timeoutMillis: number;
  /** Which part of the clients stand still now and then. */
  readonly interruptedShare: number;
}

/** Everything that distinguishes one simulation of the etcd service from another; it follows from the seed. */
export interface EtcdSimSettings
  extends ClusterSettings, Pick<SimSettings, "heartbeatMillis" | "checkpointEntries"> {
  readonly workload: EtcdWorkload;
}

/** What a run of the service may contain: links as TCP keeps them, and leadership is handed over. */
const TRAITS = { toleratesUnreliableLinks: false, hasObservers: false, handsOver: true };

/** etcd's own: with longer ones leases are measured too roughly to end within a second. */
const HEARTBEAT_MILLIS_MAX = 100;

/** Draws the settings of one seed. */
export function drawEtcdSettings(prng: Prng): EtcdSimSettings {
  const cluster = drawSettings(prng, TRAITS);
  const { members, electionMillis, heartbeatMillis, checkpointEntries } = cluster;
  const { delay, redial, disk, faults, calm } = cluster;
  return {
    members,
    electionMillis,
    heartbeatMillis: Math.min(heartbeatMillis, HEARTBEAT_MILLIS_MAX),
    checkpointEntries,
    delay,
    redial,
    disk,
    faults,
    calm,
    driftMax: prng.pick([0, 0.001]),
    skewMillis: 5000,
    workload: drawWorkload(prng, electionMillis),
  };
}

function drawWorkload(prng: Prng, electionMillis: number): EtcdWorkload {
  return {
    clients: drawClients(prng),
    registers: prng.between(1, 6),
    rangeKeys: prng.between(2, 6),
    locks: prng.between(1, 2),
    think: prng.pick([
      { from: 1, to: 500 },
      { from: 200, to: 800 },
    ]),
    timeoutMillis: electionMillis * prng.between(2, 8),
    interruptedShare: prng.pick([0, 0.2, 0.5]),
  };
}

/** Each occupation is left out of some seeds, so that there is more of the others. */
function drawClients(prng: Prng): ClientCounts {
  const upTo = (most: number): number => (prng.chance(0.3) ? 0 : prng.between(1, most));
  return {
    registers: prng.between(1, 4),
    ranges: upTo(3),
    past: upTo(2),
    bursts: upTo(1),
    compactions: upTo(1),
    keptLeases: upTo(2),
    leftLeases: upTo(2),
    locks: upTo(3),
    lockService: upTo(3),
    watches: upTo(5),
  };
}
