import { majorityOf, QuorateError, type Configuration, type NodeId } from "@quorate/core";
import { SILENT } from "./member-log.ts";
import { throwLater } from "./throw-later.ts";
import type { ZooKeeperMemberOptions } from "./zookeeper-member-options.ts";
import { ZOOKEEPER_DEFAULTS } from "./zookeeper-service-options.ts";

/** What only the start can tell. */
type LeftOut = "membership" | "peering";

/** The options with nothing else left out. */
export type ZooKeeperMemberSettings = Required<Omit<ZooKeeperMemberOptions, LeftOut>> &
  Pick<ZooKeeperMemberOptions, LeftOut>;

/**
 * Fills in what was left out, as in ZooKeeper's own example, and refuses what cannot work.
 *
 * @throws `ERR_CONFIGURATION` naming the option
 */
export function zooKeeperMemberSettings(options: ZooKeeperMemberOptions): ZooKeeperMemberSettings {
  const { sid = "1", tickMillis = 2000 } = options;
  const { configuration = alone(sid, options.listenPeerUrls) } = options;
  const settings: ZooKeeperMemberSettings = {
    ...ZOOKEEPER_DEFAULTS,
    electionAddress: null,
    client: { host: "127.0.0.1", port: 2181 },
    initLimit: 10,
    syncLimit: 5,
    minSessionMillis: 2 * tickMillis,
    maxSessionMillis: 20 * tickMillis,
    snapshotEntries: 100_000,
    log: SILENT,
    onFatal: throwLater,
    ...options,
    sid,
    tickMillis,
    configuration,
    listenPeerUrls: options.listenPeerUrls ?? ownAddresses(sid, configuration),
  };
  const { dataDir } = settings;
  if (typeof dataDir !== "string" || dataDir === "") refuse("dataDir: name a directory");
  if (!(tickMillis > 0)) refuse(`tickMillis: ${tickMillis} is no number of ms`);
  return settings;
}

function alone(sid: NodeId, listenPeerUrls: readonly string[] = []): Configuration {
  return majorityOf([{ id: sid, addresses: listenPeerUrls }]);
}

function ownAddresses(sid: NodeId, { members }: Configuration): readonly string[] {
  const own = members.find(({ id }) => id === sid);
  return own?.addresses ?? refuse(`sid: the configuration names no server ${sid}`);
}

function refuse(why: string): never {
  throw new QuorateError("ERR_CONFIGURATION", why);
}
