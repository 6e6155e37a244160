import type { NodeId } from "../../ids.ts";
import { Prng } from "../../prng.ts";
import { SimClients } from "./sim-clients.ts";
import { SimCluster } from "./sim-cluster.ts";
import { SimFaults } from "./sim-faults.ts";
import { SimHistory } from "./sim-history.ts";
import type { SimCounts, Violation } from "./sim-observer.ts";
import type { SimProtocol } from "./sim-protocol.ts";
import { drawSettings, type SimSettings } from "./sim-settings.ts";
import type { SimTrace } from "./sim-trace.ts";

/** What {@link runSimulation} is asked for. */
export interface SimulationOptions<Message> {
  readonly protocol: SimProtocol<Message>;
  /** Everything follows from it. */
  readonly seed: number;
  /** Overrides what the seed would choose. */
  readonly settings?: Partial<SimSettings>;
  /** Sees everything that happens; only for replays, it makes the run slow. */
  readonly onTrace?: (trace: SimTrace) => void;
}

/** How a simulation went. */
export interface SimulationReport extends SimCounts {
  readonly seed: number;
  readonly members: number;
  readonly virtualSeconds: number;
  readonly violations: readonly Violation[];
  /** Equal for two runs of a seed. */
  readonly traceHash: string;
  /** One line per member, as it stood in the end; for reports of violations. */
  readonly states: readonly string[];
  readonly settings: SimSettings;
}

/** A run is not over before all of these are met, unless its time is up. */
const GOALS = { millis: 60_000, acknowledged: 200, crashes: 2, leaders: 2 };
const SAFETY_MILLIS_MAX = 1_800_000;

/**
 * Runs one seed: first a time of faults in which every invariant is checked after every turn, then
 * none, in which the cluster must recover, take writes at every member, and come to equal states.
 */
export function runSimulation<Message>(options: SimulationOptions<Message>): SimulationReport {
  const { protocol, seed, onTrace } = options;
  const prng = new Prng(seed);
  const settings = {
    ...drawSettings(prng, protocol),
    ...options.settings,
  };
  const cluster = new SimCluster({
    protocol,
    seed: prng.uint32(),
    settings,
    ...(onTrace === undefined ? {} : { onTrace }),
  });
  const history = new SimHistory();
  const clients = new SimClients(cluster, history, prng.fork());
  const faults = new SimFaults(cluster, prng.fork());
  try {
    clients.start();
    faults.start();
    safetyPhase(cluster, faults);
    faults.stop();
    clients.stop();
    livenessPhase(cluster, clients);
  } catch (thrown) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    cluster.observer.violated("exception", text);
  }
  clients.finish();
  const impossible = history.check();
  if (impossible !== null) cluster.observer.violated("linearizability", impossible);
  return {
    seed,
    members: settings.members + settings.observers,
    virtualSeconds: cluster.now / 1000,
    ...cluster.observer.counts,
    violations: cluster.violations,
    traceHash: cluster.observer.hash.digest(),
    states: cluster.describe(),
    settings,
  };
}

/** Until the goals are met; crashes the leader where chance has not. */
function safetyPhase<Message>(cluster: SimCluster<Message>, faults: SimFaults): void {
  const { counts } = cluster.observer;
  cluster.run(GOALS.millis);
  while (cluster.now < SAFETY_MILLIS_MAX && cluster.violations.length === 0) {
    if (counts.crashes < GOALS.crashes || counts.leaders < GOALS.leaders) {
      const leader = cluster.leader();
      const restart = leader === null ? null : faults.crash(leader);
      cluster.run(2000);
      restart?.();
    } else if (counts.acknowledged >= GOALS.acknowledged) return;
    cluster.run(2000);
  }
}

/** Every member must get a fresh write through, and all must come to the same state. */
function livenessPhase<Message>(cluster: SimCluster<Message>, clients: SimClients<Message>): void {
  const { ids, settings, observer } = cluster;
  const patience = 20_000 + settings.electionMillis * 40;
  const missing = new Set(ids);
  for (const id of ids) writeAt(cluster, clients, id, () => missing.delete(id));
  if (!cluster.runUntil(() => missing.size === 0, patience)) {
    if (cluster.violations.length > 0) return;
    observer.violated("liveness", `no write got through at ${[...missing].join(" ")} in time`);
    return;
  }
  const converged = (): boolean => {
    const views = ids.map((id) => cluster.view(id));
    const applied = views.map((view) => view?.applied);
    return cluster.leader() !== null && applied.every((index) => index === applied[0]);
  };
  if (!cluster.runUntil(converged, patience)) {
    if (cluster.violations.length > 0) return;
    observer.violated("liveness", "the members did not converge");
    return;
  }
  const digests = new Set(ids.map((id) => cluster.digest(id)));
  if (digests.size !== 1) observer.violated("convergence", "equal logs gave unequal states");
}

/** Proposes at the member until one write is done; into a register that no client reads. */
function writeAt<Message>(
  cluster: SimCluster<Message>,
  clients: SimClients<Message>,
  id: NodeId,
  done: () => void,
): void {
  const register = cluster.settings.workload.registers;
  const again = (): void => cluster.after(100, () => writeAt(cluster, clients, id, done));
  cluster.inMember(id, 0, (life) => {
    if (life === null || life.driver === null) return again();
    cluster.proposeIn(life, { register, value: clients.nextValue() }, (outcome) => {
      if (outcome.kind === "done") done();
      else again();
    });
  });
}
