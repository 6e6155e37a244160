import type { SimulationReport } from "@quorate/core/testing/sim";
import type { EtcdSimulationReport, ZooKeeperSimulationReport } from "@quorate/kv/testing";
import { z } from "zod";

/** How one seed went, as it is printed with `--json`, one line per seed. */
export type SeedResult = Omit<SimulationReport, "settings">;

const schema: z.ZodType<SeedResult> = z.object({
  seed: z.number(),
  members: z.number(),
  virtualSeconds: z.number(),
  steps: z.number(),
  acknowledged: z.number(),
  crashes: z.number(),
  leaders: z.number(),
  transfers: z.number(),
  installs: z.number(),
  checkpoints: z.number(),
  violations: z.array(z.object({ checker: z.string(), what: z.string(), time: z.number() })),
  states: z.array(z.string()),
  traceHash: z.string(),
});

/** What is worth telling of a report; the states only where something went wrong. */
export function seedResult(
  report: SimulationReport | EtcdSimulationReport | ZooKeeperSimulationReport,
): SeedResult {
  const { settings: _settings, states, violations, ...rest } = report;
  return { ...rest, violations, states: violations.length > 0 ? states : [] };
}

/** Reads what `--json` printed; null for any other line. */
export function readSeedResult(line: string): SeedResult | null {
  if (!line.startsWith('{"seed":')) return null;
  return schema.parse(JSON.parse(line));
}
