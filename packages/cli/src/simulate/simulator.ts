import { runSimulation, type SimTrace, type SimulationReport } from "@quorate/core/testing/sim";
import {
  runEtcdSimulation,
  runZooKeeperSimulation,
  type EtcdSimulationReport,
  type ZooKeeperSimulationReport,
} from "@quorate/kv/testing";
import { simulatedRaft } from "@quorate/raft/testing";
import { simulatedZab } from "@quorate/zab/testing";
import type { Simulated } from "./simulated.ts";

/** Runs one seed. */
export async function simulate(
  { name }: Simulated,
  seed: number,
  onTrace?: (trace: SimTrace) => void,
): Promise<SimulationReport | EtcdSimulationReport | ZooKeeperSimulationReport> {
  const watched = onTrace === undefined ? { seed } : { seed, onTrace };
  switch (name) {
    case "raft":
      return runSimulation({ protocol: simulatedRaft, ...watched });
    case "zab":
      return runSimulation({ protocol: simulatedZab, ...watched });
    case "etcd":
      return runEtcdSimulation(watched);
    case "zookeeper":
      return runZooKeeperSimulation(watched);
  }
}
