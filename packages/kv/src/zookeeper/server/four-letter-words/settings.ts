import { isVoter } from "@quorate/core";
import { directoryBytes, environment, serversOf, type ServerFacts } from "../../facts/index.ts";
import { lines } from "./lines.ts";

/** `conf`: what the server was configured to, and in an ensemble who belongs to it. */
export async function conf(facts: ServerFacts): Promise<string> {
  const { settings } = facts;
  const bytes = await directoryBytes(settings.dataDir);
  return (
    lines([
      `clientPort=${settings.clientPort}`,
      `secureClientPort=${settings.secureClientPort}`,
      `dataDir=${settings.dataDir}`,
      `dataDirSize=${bytes}`,
      `dataLogDir=${settings.dataDir}`,
      `dataLogSize=${bytes}`,
      `tickTime=${settings.tickTime}`,
      `maxClientCnxns=${settings.maxClientCnxns}`,
      `minSessionTimeout=${settings.minSessionTimeout}`,
      `maxSessionTimeout=${settings.maxSessionTimeout}`,
      "clientPortListenBacklog=-1",
      `serverId=${settings.serverId}`,
    ]) + membership(facts)
  );
}

function membership({ settings, view }: ServerFacts): string {
  const { ensemble, membership: text } = settings;
  if (ensemble === null) return "";
  const own = serversOf(text).find(({ sid }) => sid === String(settings.serverId));
  return (
    lines([
      `initLimit=${ensemble.initLimit}`,
      `syncLimit=${ensemble.syncLimit}`,
      "electionAlg=3",
      `electionPort=${own?.ways[0]?.electionPort ?? -1}`,
      `quorumPort=${own?.ways[0]?.quorumPort ?? -1}`,
      `peerType=${isVoter(view.configurations.committed, view.self) ? 0 : 1}`,
      "membership: ",
    ]) + text
  );
}

/** `dirs`: how large the files are. Snapshots and log are in one directory, which counts for both. */
export async function dirs({ settings }: ServerFacts): Promise<string> {
  const bytes = await directoryBytes(settings.dataDir);
  return lines([`datadir_size: ${bytes}`, `logdir_size: ${bytes}`]);
}

/** `envi`: where the server runs. */
export function envi(): string {
  return lines(["Environment:", ...environment().map(([name, value]) => `${name}=${value}`)]);
}
