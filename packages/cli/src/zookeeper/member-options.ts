import type { ClientAddress, ZooKeeperMemberOptions } from "@quorate/kv";
import { isWildcard } from "../server/urls.ts";
import { configurationOf, membershipText, ownServer, peerListenUrls } from "./ensemble.ts";
import type { ZooSettings } from "./zoo-settings.ts";

/** The member that a server's files describe. */
export function zooKeeperMemberOptions(
  settings: ZooSettings,
): Omit<ZooKeeperMemberOptions, "log" | "onFatal" | "peering"> {
  const { ensemble, quorumListenOnAllIPs, client, service } = settings;
  const { secureClient, admin, metrics } = service;
  const [way] = ensemble.kind === "replicated" ? (ownServer(ensemble)?.line.addresses ?? []) : [];
  return {
    ...service,
    sid: ensemble.self,
    configuration: configurationOf(ensemble),
    membership: membershipText(ensemble),
    dataDir: settings.directories.storageDir,
    listenPeerUrls: peerListenUrls(ensemble, quorumListenOnAllIPs),
    electionAddress:
      way === undefined
        ? null
        : { host: quorumListenOnAllIPs ? everywhere : way.host, port: way.electionPort },
    client: client && listening(client),
    secureClient: secureClient && listening(secureClient),
    admin: admin && listening(admin),
    metrics: metrics && listening(metrics),
    tickMillis: settings.tickMs,
    initLimit: settings.initLimit,
    syncLimit: settings.syncLimit,
    minSessionMillis: settings.minSessionMs,
    maxSessionMillis: settings.maxSessionMs,
    snapshotEntries: settings.snapCount,
  };
}

function listening<Address extends ClientAddress>(address: Address): Address {
  return isWildcard(address.host) ? { ...address, host: everywhere } : address;
}

/** IPv4 as well: a socket on this address takes both. */
const everywhere = "::";
