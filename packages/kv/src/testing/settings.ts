import type { Prng } from "@quorate/core";
import { drawSettings, type SimSettings, type Span } from "@quorate/core/testing/sim";

/** What the clients of one simulation do. */
export interface EtcdWorkload {
  /** Clients that read and write single keys. */
  readonly registerClients: number;
  readonly registers: number;
  /** Between two requests of a client. */
  readonly think: Span;
  readonly timeoutMillis: number;
}

/** Everything that distinguishes one simulation of the etcd service from another; it follows from the seed. */
export interface EtcdSimSettings extends Pick<
  SimSettings,
  | "members"
  | "electionMillis"
  | "heartbeatMillis"
  | "checkpointEntries"
  | "delay"
  | "redial"
  | "disk"
  | "faults"
  | "calm"
> {
  /** How much faster or slower than true time the clock of a process may run, as a share. */
  readonly driftMax: number;
  /** How far the wall clock of a process may be from true time. */
  readonly skewMillis: number;
  readonly workload: EtcdWorkload;
}

/** What a run of the service may contain: links as TCP keeps them, and leadership is handed over. */
const TRAITS = { toleratesUnreliableLinks: false, hasObservers: false, handsOver: true };

/** Draws the settings of one seed. */
export function drawEtcdSettings(prng: Prng): EtcdSimSettings {
  const cluster = drawSettings(prng, TRAITS);
  const { members, electionMillis, heartbeatMillis, checkpointEntries } = cluster;
  const { delay, redial, disk, faults, calm } = cluster;
  return {
    members,
    electionMillis,
    heartbeatMillis,
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
    registerClients: prng.between(2, 5),
    registers: prng.between(1, 6),
    think: prng.pick([
      { from: 1, to: 500 },
      { from: 200, to: 800 },
    ]),
    timeoutMillis: electionMillis * prng.between(2, 8),
  };
}
