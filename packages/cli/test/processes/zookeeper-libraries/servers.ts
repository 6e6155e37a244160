import { join } from "node:path";
import { SCRIPTS } from "../../zookeeper-client/real-zookeeper.ts";
import { RealEnsemble, type EnsembleOptions } from "../real-ensemble.ts";

/** Then Java's servers are judged in the place of ours: the tests must expect what the original does. */
export const JUDGES_JAVA: boolean = process.env["QUORATE_JUDGED"] === "java";

const OURS: EnsembleOptions = { settings: { extendedTypesEnabled: "true" } };
const JAVAS: EnsembleOptions = {
  settings: { ...OURS.settings, "admin.enableServer": "false" },
  program: [join(SCRIPTS ?? "", "zkServer.sh"), "start-foreground"],
};

/** Starts servers for tests that judge both. */
export function startServers(size: number, options: EnsembleOptions = {}): Promise<RealEnsemble> {
  const judged = JUDGES_JAVA ? JAVAS : OURS;
  const settings = { ...judged.settings, ...options.settings };
  return RealEnsemble.start(size, { ...judged, ...options, settings });
}
