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

/** Starts servers for other people's clients. */
export function startServers(size: number): Promise<RealEnsemble> {
  return RealEnsemble.start(size, JUDGES_JAVA ? JAVAS : OURS);
}
