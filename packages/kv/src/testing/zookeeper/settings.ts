import type { Prng } from "@quorate/core";
import { drawSettings, type SimSettings, type Span } from "@quorate/core/testing/sim";
import type { ClusterSettings } from "../cluster/faulty-cluster.ts";

/** How many clients there are of each occupation. */
export interface ZooKeeperClientCounts {
  /** Create, set, delete and read single nodes, one after the other or many at once. */
  readonly registers: number;
  /** Read from any member, even from one without a leader. */
  readonly readers: number;
  /** Watch nodes and children. */
  readonly watches: number;
  /** Follow what happens to nodes, and to all below them, with watches that stay. */
  readonly followers: number;
  /** Use nodes that end by themselves, with their last child or their time. */
  readonly containers: number;
  /** Have ephemeral nodes, close their sessions, or fall silent. */
  readonly ephemerals: number;
  /** Take locks by the recipe. */
  readonly locks: number;
  /** Look at other clients' ephemeral nodes. */
  readonly observers: number;
}

/** What the clients of one simulation do. */
export interface ZooKeeperWorkload {
  readonly clients: ZooKeeperClientCounts;
  readonly registers: number;
  /** How much longer than need be the values are that are written to them. */
  readonly paddingBytes: number;
  readonly locks: number;
  /** Between two requests of a client. */
  readonly think: Span;
  /** What clients ask for as the timeout of their sessions. */
  readonly timeoutsMillis: readonly number[];
  /** How long a client waits to be let in by a member, and to be let in at all. */
  readonly connectMillis: number;
  readonly patienceMillis: number;
  /** Which part of the clients stand still now and then, and lose their connections. */
  readonly interruptedShare: number;
  readonly cutShare: number;
}

/** ZAB's bounds, small enough to be reached. */
export interface ProtocolLimits {
  readonly trailingEntries: number;
  readonly diffEntriesMax: number;
  readonly applyEntriesMax: number;
  readonly inflightMax: number;
}

/** Everything that distinguishes one simulation of the ZooKeeper service from another; it follows from the seed. */
export interface ZooKeeperSimSettings
  extends ClusterSettings, Pick<SimSettings, "checkpointEntries"> {
  readonly tickMillis: number;
  readonly sessionMillisMax: number;
  readonly protocolLimits: ProtocolLimits;
  /** Requests of clients under way at one member; beyond, nothing is read. */
  readonly outstandingMax: number;
  /** Whether a member without a leader serves who wants to read. */
  readonly readOnlyMode: boolean;
  readonly workload: ZooKeeperWorkload;
}

/** What a run of the service may contain: links as TCP keeps them; ZAB hands nothing over. */
const TRAITS = { toleratesUnreliableLinks: false, hasObservers: false, handsOver: false };

/** Ticks after which members that do not hear of each other part, `syncLimit`. */
const SYNC_LIMIT = 5;

/** Draws the settings of one seed. */
export function drawZooKeeperSettings(prng: Prng): ZooKeeperSimSettings {
  const cluster = drawSettings(prng, TRAITS);
  const { members, electionMillis, checkpointEntries, delay, redial, disk, faults, calm } = cluster;
  const tickMillis = Math.ceil(electionMillis / SYNC_LIMIT);
  return {
    members,
    electionMillis,
    checkpointEntries,
    delay,
    redial,
    disk,
    faults,
    calm,
    driftMax: prng.pick([0, 0.001]),
    skewMillis: 5000,
    tickMillis,
    sessionMillisMax: 10_000,
    protocolLimits: {
      trailingEntries: prng.pick([0, 5, 50]),
      diffEntriesMax: prng.pick([10, 100, 100_000]),
      applyEntriesMax: prng.pick([1, 8, 4096]),
      inflightMax: prng.pick([1, 4, 256]),
    },
    outstandingMax: prng.pick([2, 10, 1000]),
    readOnlyMode: prng.chance(0.7),
    workload: drawWorkload(prng, tickMillis),
  };
}

function drawWorkload(prng: Prng, tickMillis: number): ZooKeeperWorkload {
  return {
    clients: drawClients(prng),
    registers: prng.between(1, 6),
    paddingBytes: prng.pick([0, 0, 100, 4000]),
    locks: prng.between(1, 2),
    think: prng.pick([
      { from: 1, to: 500 },
      { from: 200, to: 800 },
    ]),
    timeoutsMillis: [1, 2, 3].map((times) => Math.max(600, times * 6 * tickMillis)),
    connectMillis: prng.between(200, 1500),
    patienceMillis: 4000,
    interruptedShare: prng.pick([0, 0.2, 0.5]),
    cutShare: prng.pick([0, 0.3, 0.6]),
  };
}

/** Each occupation is left out of some seeds, so that there is more of the others. */
function drawClients(prng: Prng): ZooKeeperClientCounts {
  const upTo = (most: number): number => (prng.chance(0.25) ? 0 : prng.between(1, most));
  return {
    registers: prng.between(1, 4),
    readers: upTo(2),
    watches: upTo(4),
    followers: upTo(2),
    containers: upTo(2),
    ephemerals: upTo(3),
    locks: upTo(4),
    observers: upTo(2),
  };
}
