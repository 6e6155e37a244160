import type { Prng } from "../../prng.ts";
import type { NamedLimits } from "./sim-protocol.ts";

/** A range of ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What happens to single messages where links are unreliable; probabilities. */
export interface MessageFaults {
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
}

/** How often each fault is chosen, relative to the others. */
export interface FaultWeights {
  readonly crash: number;
  readonly crashLeader: number;
  readonly crashAll: number;
  readonly pause: number;
  readonly pauseLeader: number;
  readonly isolate: number;
  readonly split: number;
  readonly oneWay: number;
  readonly breakLink: number;
  readonly stallDisk: number;
  readonly fullDisk: number;
  readonly slowDisk: number;
  readonly setClock: number;
  /** No fault, but as disturbing: somebody is asked to hand leadership over. */
  readonly transfer: number;
}

/** What the clients do. */
export interface WorkloadSettings {
  readonly clients: number;
  readonly registers: number;
  readonly think: Span;
  readonly writeShare: number;
  readonly localReadShare: number;
  readonly paddingBytesMax: number;
  readonly timeoutMillis: number;
}

/** Everything that distinguishes one simulation from another; all of it follows from the seed. */
export interface SimSettings {
  /** Those with a vote. */
  readonly members: number;
  /** Those without. */
  readonly observers: number;
  readonly electionMillis: number;
  readonly heartbeatMillis: number;
  readonly tickMillis: number;
  /** A number from which the protocol derives its own limits. */
  readonly protocolSetting: number;
  /** Limits of the protocol that are set by name, for scripts; null: derived from the number above. */
  readonly limits: NamedLimits | null;
  readonly checkpointEntries: number;
  readonly segmentEntries: number;
  readonly snapshotChunkBytes: number;
  /** Time between an event and the turn of the loop that takes it up. */
  readonly turnMillisMax: number;
  /** How much faster or slower than another a clock may run, as a share. */
  readonly driftMax: number;
  readonly delay: Span;
  readonly redial: Span;
  readonly messageFaults: MessageFaults | null;
  readonly disk: Span;
  readonly workload: WorkloadSettings;
  readonly faults: FaultWeights;
  /** Time between the beginnings of two faults. */
  readonly calm: Span;
}

/** Settings for scripts: three members, quick and regular, no faults but those of the script. */
export const PLAIN_SETTINGS: SimSettings = {
  members: 3,
  observers: 0,
  electionMillis: 300,
  heartbeatMillis: 50,
  tickMillis: 25,
  protocolSetting: 0,
  limits: null,
  checkpointEntries: 1000,
  segmentEntries: 1,
  snapshotChunkBytes: 64,
  turnMillisMax: 0,
  driftMax: 0,
  delay: { from: 1, to: 2 },
  redial: { from: 10, to: 50 },
  messageFaults: null,
  disk: { from: 0.5, to: 1 },
  workload: {
    clients: 0,
    registers: 1,
    think: { from: 100, to: 100 },
    writeShare: 0.5,
    localReadShare: 0,
    paddingBytesMax: 0,
    timeoutMillis: 5000,
  },
  faults: {
    crash: 0,
    crashLeader: 0,
    crashAll: 0,
    pause: 0,
    pauseLeader: 0,
    isolate: 0,
    split: 0,
    oneWay: 0,
    breakLink: 0,
    stallDisk: 0,
    fullDisk: 0,
    slowDisk: 0,
    setClock: 0,
    transfer: 0,
  },
  calm: { from: 1000, to: 1000 },
};

/** What a protocol's runs may contain. */
export interface SimTraits {
  readonly toleratesUnreliableLinks: boolean;
  readonly hasObservers: boolean;
  readonly handsOver: boolean;
}

/** Draws the settings of one seed. */
export function drawSettings(prng: Prng, traits: SimTraits): SimSettings {
  const electionMillis = prng.between(250, 1000);
  const heartbeatMillis = Math.ceil(electionMillis / prng.between(3, 8));
  return {
    members: prng.pick([1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5]),
    observers: traits.hasObservers ? prng.pick([0, 0, 1, 2]) : 0,
    electionMillis,
    heartbeatMillis,
    tickMillis: Math.ceil(heartbeatMillis / prng.between(1, 2)),
    protocolSetting: prng.uint32(),
    limits: null,
    checkpointEntries: prng.pick([5, 20, 20, 60, 200]),
    segmentEntries: prng.pick([1, 4, 16]),
    snapshotChunkBytes: prng.pick([16, 64, 1000]),
    turnMillisMax: prng.pick([0, 0.2, 2]),
    driftMax: prng.pick([0, 0.001, 0.05]),
    delay: prng.pick([
      { from: 0.1, to: 0.5 },
      { from: 0.5, to: 5 },
      { from: 1, to: 40 },
    ]),
    redial: prng.pick([
      { from: 1, to: 50 },
      { from: 50, to: 500 },
    ]),
    messageFaults:
      traits.toleratesUnreliableLinks && prng.chance(0.5) ? drawMessageFaults(prng) : null,
    disk: prng.pick([
      { from: 0.1, to: 1 },
      { from: 0.1, to: 20 },
      { from: 5, to: 60 },
    ]),
    workload: drawWorkload(prng, electionMillis),
    faults: drawWeights(prng, traits),
    calm: prng.pick([
      { from: 500, to: 2000 },
      { from: 1000, to: 5000 },
    ]),
  };
}

function drawMessageFaults(prng: Prng): MessageFaults {
  return {
    loss: prng.pick([0, 0.01, 0.1]),
    duplication: prng.pick([0, 0.02, 0.2]),
    reordering: prng.pick([0, 0.05, 0.3]),
  };
}

function drawWorkload(prng: Prng, electionMillis: number): WorkloadSettings {
  return {
    clients: prng.between(2, 5),
    registers: prng.between(1, 6),
    think: prng.pick([
      { from: 1, to: 500 },
      { from: 200, to: 800 },
    ]),
    writeShare: prng.pick([0.4, 0.6, 0.8]),
    localReadShare: 0.05,
    paddingBytesMax: prng.pick([0, 20, 200]),
    timeoutMillis: electionMillis * prng.between(3, 10),
  };
}

/** Each kind of fault is left out of some seeds, so that others can go on for longer. */
function drawWeights(prng: Prng, traits: SimTraits): FaultWeights {
  const some = (): number => (prng.chance(0.4) ? 0 : prng.between(1, 4));
  return {
    crash: prng.between(1, 3),
    crashLeader: prng.between(1, 3),
    crashAll: prng.chance(0.3) ? 1 : 0,
    pause: some(),
    pauseLeader: some(),
    isolate: some(),
    split: some(),
    oneWay: some(),
    breakLink: some(),
    stallDisk: some(),
    fullDisk: prng.chance(0.3) ? 1 : 0,
    slowDisk: some(),
    setClock: prng.chance(0.3) ? 1 : 0,
    transfer: traits.handsOver ? prng.between(1, 4) : 0,
  };
}
