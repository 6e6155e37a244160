import { Prng } from "@quorate/core";
import { SimFaults, type SimTrace, type SimulationReport } from "@quorate/core/testing/sim";
import { Timeline } from "../../compose/ensemble/timeline.ts";
import { disturb } from "../cluster/disturb.ts";
import { checkLeases } from "./checks/check-leases.ts";
import { checkLocks } from "./checks/check-locks.ts";
import { checkRequests } from "./checks/check-requests.ts";
import type { ClientWorld } from "./clients/client-world.ts";
import { KeyHistory } from "./clients/key-history.ts";
import { LockHistory } from "../clients/lock-history.ts";
import { noteLocks } from "../clients/note-locks.ts";
import { noteRequests } from "./clients/note-requests.ts";
import { startClients } from "./clients/start-clients.ts";
import { Journal, type ServiceCounts } from "../journal.ts";
import { recover } from "./recover.ts";
import { drawEtcdSettings, type EtcdSimSettings } from "./settings.ts";
import { AppliedLog } from "./truth/applied-log.ts";
import { EtcdCluster } from "./etcd-cluster.ts";

/** What {@link runEtcdSimulation} is asked for. */
export interface EtcdSimulationOptions {
  /** Everything follows from it. */
  readonly seed: number;
  /** Overrides what the seed would choose. */
  readonly settings?: Partial<EtcdSimSettings>;
  /** Sees everything that happens; only for replays, it makes the run slow. */
  readonly onTrace?: (trace: SimTrace) => void;
}

/** How a simulation of the etcd service went. */
export interface EtcdSimulationReport
  extends Omit<SimulationReport, "settings">, Readonly<ServiceCounts> {
  readonly settings: EtcdSimSettings;
}

/**
 * Runs one seed: an etcd cluster of real members and clients, first for a time of faults, then
 * without, when all must come to equal states and serve. What clients were told in all that time is
 * checked in the end.
 */
export async function runEtcdSimulation(
  options: EtcdSimulationOptions,
): Promise<EtcdSimulationReport> {
  const { seed, onTrace } = options;
  const prng = new Prng(seed);
  const settings = { ...drawEtcdSettings(prng), ...options.settings };
  const timeline = new Timeline();
  const now = (): number => timeline.now().monotonic;
  const journal = new Journal(now, onTrace);
  const applied = new AppliedLog(journal, now);
  const cluster = new EtcdCluster({ settings, timeline, journal, applied, prng });
  const ending = new AbortController();
  const world: ClientWorld = {
    cluster,
    journal,
    applied,
    history: new KeyHistory(() => journal.moment(), noteRequests(journal)),
    locks: new LockHistory(() => journal.moment(), noteLocks(journal)),
    watches: new Set(),
    workload: settings.workload,
    prng: prng.fork(),
    over: ending.signal,
  };
  const faults = new SimFaults(cluster, prng.fork());
  const clients = startClients(world);
  try {
    await cluster.start();
    await cluster.ensemble.untilLed();
    faults.start();
    await disturb(cluster, faults);
    faults.stop();
    ending.abort();
    if (journal.violations.length === 0) await recover(world, clients.ended);
  } catch (thrown) {
    journal.broke(thrown);
  }
  const states = cluster.describe();
  clients.close();
  await cluster.ensemble.close();
  for (const check of [checkRequests, checkLocks, checkLeases]) check(world);
  return {
    seed,
    members: settings.members,
    virtualSeconds: now() / 1000,
    ...journal.counts,
    violations: journal.violations,
    traceHash: journal.traceHash,
    states,
    settings,
  };
}
