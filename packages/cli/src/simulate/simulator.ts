import { runSimulation, type SimTrace, type SimulationReport } from "@quorate/core/testing/sim";
import { simulatedRaft } from "@quorate/raft/testing";
import type { ProtocolName } from "./protocols.ts";

/** Runs one seed. */
export function simulate(
  protocol: ProtocolName,
  seed: number,
  onTrace?: (trace: SimTrace) => void,
): SimulationReport {
  switch (protocol) {
    case "raft":
      return runSimulation({ protocol: simulatedRaft, seed, ...(onTrace ? { onTrace } : {}) });
  }
}
