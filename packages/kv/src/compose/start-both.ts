import { Closing } from "./closing.ts";
import type { MemberOptions } from "./member-options.ts";
import { memberSettings } from "./member-settings.ts";
import { startPeering } from "./peering.ts";
import type { RunningEtcdMember, RunningZooKeeperMember } from "./running-member.ts";
import { LISTEN_FLAG, startMember } from "./start-member.ts";
import { LISTEN_SETTING, startZooKeeperMember } from "./start-zookeeper-member.ts";
import type { ZooKeeperMemberOptions } from "./zookeeper-member-options.ts";
import { zooKeeperMemberSettings } from "./zookeeper-member-settings.ts";

/** A member of an etcd cluster and a server of a ZooKeeper ensemble in one process. */
export interface RunningPair {
  readonly etcd: RunningEtcdMember;
  readonly zooKeeper: RunningZooKeeperMember;
  close(): Promise<void>;
}

/**
 * Starts both over one transport: two processes that are peers in both groups speak over one
 * connection, and each group has its own leader.
 *
 * @throws as `startMember` and `startZooKeeperMember`
 */
export function startBoth(
  etcdOptions: MemberOptions,
  zooKeeperOptions: ZooKeeperMemberOptions,
): Promise<RunningPair> {
  return Closing.guard(async (closing) => {
    const { listenPeerUrls, log } = memberSettings(etcdOptions);
    const others = zooKeeperMemberSettings(zooKeeperOptions).listenPeerUrls;
    const urls = new Set([...listenPeerUrls, ...others]);
    const from = `${LISTEN_FLAG} or ${LISTEN_SETTING}`;
    const peering = await startPeering({ urls: [...urls], from }, log);
    closing.add(() => peering.transport.close());
    const etcd = await startMember({ ...etcdOptions, peering });
    closing.add(() => etcd.close());
    const zooKeeper = await startZooKeeperMember({ ...zooKeeperOptions, peering });
    closing.add(() => zooKeeper.close());
    return { etcd, zooKeeper, close: () => closing.run() };
  });
}
