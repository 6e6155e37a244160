import { Prng } from "@quorate/core";
import { SimFaults, type SimTrace, type SimulationReport } from "@quorate/core/testing/sim";
import { Timeline } from "../../compose/ensemble/timeline.ts";
import { LockHistory } from "../clients/lock-history.ts";
import { noteLocks } from "../clients/note-locks.ts";
import { disturb } from "../cluster/disturb.ts";
import { Journal, type ServiceCounts } from "../journal.ts";
import { judgeOrder } from "../sessions/judge-order.ts";
import { checkFollower } from "./checks/check-follower.ts";
import { checkLocks } from "./checks/check-locks.ts";
import { checkNodes } from "./checks/check-nodes.ts";
import { checkPipelines } from "./checks/check-pipelines.ts";
import { checkReplies } from "./checks/check-replies.ts";
import { checkSessions } from "./checks/check-sessions.ts";
import { checkSyncs } from "./checks/check-syncs.ts";
import { checkWatches } from "./checks/check-watches.ts";
import type { ZooKeeperClientWorld } from "./client/client-world.ts";
import type { SimClient } from "./client/sim-client.ts";
import { ClientNetwork } from "./network/client-network.ts";
import { prepareTree } from "./occupations/prepare-tree.ts";
import { startClients } from "./occupations/start-clients.ts";
import { recover } from "./recover.ts";
import { drawZooKeeperSettings, type ZooKeeperSimSettings } from "./settings.ts";
import { AppliedZxids } from "./truth/applied-zxids.ts";
import { ZooKeeperCluster } from "./zookeeper-cluster.ts";

/** What {@link runZooKeeperSimulation} is asked for. */
export interface ZooKeeperSimulationOptions {
  /** Everything follows from it. */
  readonly seed: number;
  /** Overrides what the seed would choose. */
  readonly settings?: Partial<ZooKeeperSimSettings>;
  /** Sees everything that happens; only for replays, it makes the run slow. */
  readonly onTrace?: (trace: SimTrace) => void;
}

/** How a simulation of the ZooKeeper service went. */
export interface ZooKeeperSimulationReport
  extends Omit<SimulationReport, "settings">, Readonly<ServiceCounts> {
  readonly settings: ZooKeeperSimSettings;
}

/**
 * Runs one seed: a ZooKeeper ensemble of real members, and clients that speak its wire protocol, first
 * for a time of faults, then without, when all must come to equal states and serve. What clients were
 * told in all that time is checked in the end.
 */
export async function runZooKeeperSimulation(
  options: ZooKeeperSimulationOptions,
): Promise<ZooKeeperSimulationReport> {
  const { seed, onTrace } = options;
  const prng = new Prng(seed);
  const settings = { ...drawZooKeeperSettings(prng), ...options.settings };
  const timeline = new Timeline();
  const now = (): number => timeline.now().monotonic;
  const journal = new Journal(now, onTrace);
  const applied = new AppliedZxids(journal, now);
  const cluster = new ZooKeeperCluster({ settings, timeline, journal, applied, prng });
  const ending = new AbortController();
  const world: ZooKeeperClientWorld = {
    cluster,
    network: new ClientNetwork(cluster, prng.fork()),
    journal,
    applied,
    locks: new LockHistory(() => journal.moment(), noteLocks(journal)),
    workload: settings.workload,
    prng: prng.fork(),
    over: ending.signal,
  };
  const faults = new SimFaults(cluster, prng.fork());
  let clients: readonly SimClient[] = [];
  try {
    await cluster.start();
    await cluster.ensemble.untilLed();
    const first = await cluster.ensemble.until(prepareTree(world));
    const atWork = startClients(world);
    clients = [first, ...atWork.clients];
    faults.start();
    await disturb(cluster, faults);
    faults.stop();
    ending.abort();
    if (journal.violations.length === 0) await recover(world, clients, atWork.ended);
  } catch (thrown) {
    journal.broke(thrown);
  }
  const states = cluster.describe();
  for (const client of clients) client.close();
  await cluster.ensemble.close();
  check(world, clients);
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

/** Judges what clients were told. */
function check(world: ZooKeeperClientWorld, clients: readonly SimClient[]): void {
  const { journal, applied } = world;
  const histories = clients.map(({ history }) => history);
  const verdicts: Readonly<Record<string, readonly string[]>> = {
    order: judgeOrder(histories),
    syncs: checkSyncs(histories),
    replies: checkReplies(histories, applied),
    pipelines: checkPipelines(histories, applied),
    watches: checkWatches(histories, applied),
    followers: clients.flatMap((client) => checkFollower(client, applied)),
    sessions: checkSessions(world, histories),
  };
  for (const [checker, wrong] of Object.entries(verdicts)) {
    for (const what of wrong) journal.violated(checker, what);
  }
  checkLocks(world);
  checkNodes(world, histories);
}
