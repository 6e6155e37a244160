import { QuorateError, type GroupId, type StateMachine } from "@quorate/core";
import { openDataDirectory, type DirectoryIdentity, type GroupStorage } from "@quorate/storage-fs";
import type { Closing } from "./closing.ts";
import { restoreState, type GroupAdapters } from "./group-adapters.ts";
import type { MemberLog } from "./member-log.ts";
import { startPeering, type Peering, type PeerListening } from "./peering.ts";

/** Where a group finds its disk and its peers. */
export interface GroupSite {
  readonly group: GroupId;
  readonly dataDir: string;
  readonly identity: DirectoryIdentity;
  /** Restored from the newest snapshot. */
  readonly machine: StateMachine<unknown>;
  /** Another member's, in this process; null: this one listens for its peers itself. */
  readonly peering: Peering | null;
  readonly listening: PeerListening;
  /** Told how long each write to the log took to become durable, ms. */
  readonly onSync?: (millis: number) => void;
  readonly log: MemberLog;
}

/** What was opened. */
export interface OpenGroup extends GroupAdapters {
  readonly peering: Peering;
}

/** Opens the disk, restores the state and listens for the peers. */
export async function openGroup(site: GroupSite, closing: Closing): Promise<OpenGroup> {
  const { group, log } = site;
  // First of all: whoever has the directory has the ports as well, and is to be told of the directory.
  const storage = await openStorage(site, closing);
  await restoreState(storage.snapshots, site.machine);
  const { recovered } = storage;
  const snapshot = recovered.snapshot?.position.index ?? 0;
  // Behind the snapshot, to be replayed once a leader says that they are committed. The log is dropped
  // in whole files, so all that is left of it may be older than the snapshot.
  const entries = Math.max(0, (recovered.tail.at(-1)?.index ?? 0) - snapshot);
  log.info({ group, snapshot, entries }, "read the disk");
  const peering = site.peering ?? (await startOwnPeering(site, closing));
  const { transport, incarnation } = peering;
  const { log: walLog, snapshots } = storage;
  return { log: walLog, snapshots, recovered, transport, incarnation, peering };
}

async function startOwnPeering({ listening, log }: GroupSite, closing: Closing): Promise<Peering> {
  const peering = await startPeering(listening, log);
  closing.add(() => peering.transport.close());
  return peering;
}

async function openStorage(
  { dataDir, identity, group, log, onSync }: GroupSite,
  closing: Closing,
): Promise<GroupStorage> {
  const directory = await openDataDirectory({
    path: dataDir,
    identity,
    groups: [group],
    ...(onSync === undefined ? {} : { onSync }),
  });
  closing.add(() => directory.close());
  const storage = directory.groups.get(group);
  if (storage === undefined) {
    throw new QuorateError("ERR_INVARIANT", `the data directory was opened without ${group}`);
  }
  if (storage.repaired !== null) {
    log.warn(
      { group, ...storage.repaired },
      "dropped a torn write at the end of the log: it was never acknowledged",
    );
  }
  return storage;
}
