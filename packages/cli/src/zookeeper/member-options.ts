import { ZOOKEEPER_DEFAULTS, type ZooKeeperMemberOptions } from "@quorate/kv";
import { isWildcard } from "../server/urls.ts";
import { configurationOf, ownServer, peerListenUrls } from "./ensemble.ts";
import type { ZooSettings } from "./zoo-settings.ts";

/** The member that a server's files describe. */
export function zooKeeperMemberOptions(
  settings: ZooSettings,
): Omit<ZooKeeperMemberOptions, "log" | "onFatal" | "peering"> {
  const { ensemble, quorumListenOnAllIPs, client } = settings;
  const [way] = ensemble.kind === "replicated" ? (ownServer(ensemble)?.line.addresses ?? []) : [];
  return {
    ...ZOOKEEPER_DEFAULTS,
    sid: ensemble.self,
    configuration: configurationOf(ensemble),
    dataDir: settings.directories.storageDir,
    listenPeerUrls: peerListenUrls(ensemble, quorumListenOnAllIPs),
    electionAddress:
      way === undefined
        ? null
        : { host: quorumListenOnAllIPs ? everywhere : way.host, port: way.electionPort },
    client: { host: isWildcard(client.host) ? everywhere : client.host, port: client.port },
    tickMillis: settings.tickMs,
    initLimit: settings.initLimit,
    syncLimit: settings.syncLimit,
    minSessionMillis: settings.minSessionMs,
    maxSessionMillis: settings.maxSessionMs,
    maxClientConnections: settings.maxClientConnections,
    fourLetterWords: [...settings.fourLetterWords],
    snapshotEntries: settings.snapCount,
  };
}

/** IPv4 as well: a socket on this address takes both. */
const everywhere = "::";
