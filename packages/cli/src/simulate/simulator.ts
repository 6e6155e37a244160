import { runSimulation, type SimTrace, type SimulationReport } from "@quorate/core/testing/sim";
import { simulatedRaft } from "@quorate/raft/testing";
import { simulatedZab } from "@quorate/zab/testing";
import type { ProtocolName } from "./protocols.ts";

/** Runs one seed. */
export function simulate(
  protocol: ProtocolName,
  seed: number,
  onTrace?: (trace: SimTrace) => void,
): SimulationReport {
  const watched = onTrace === undefined ? { seed } : { seed, onTrace };
  switch (protocol) {
    case "raft":
      return runSimulation({ protocol: simulatedRaft, ...watched });
    case "zab":
      return runSimulation({ protocol: simulatedZab, ...watched });
  }
}
