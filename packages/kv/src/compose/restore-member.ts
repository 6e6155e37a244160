import { QuorateError, type NodeId } from "@quorate/core";
import { seedDataDirectory } from "@quorate/storage-fs";
import { imageForNewCluster, restoreDatabase } from "../etcd/database/index.ts";
import { ETCD_GROUP } from "./assemble-etcd.ts";
import { clusterIdentity, idOf, initialConfiguration } from "./identity.ts";
import type { MemberOptions } from "./member-options.ts";
import { memberSettings } from "./member-settings.ts";
import { readSnapshot } from "./read-snapshot.ts";
import { IDENTITY_FLAGS } from "./start-member.ts";

/** What a member's directory is made from: its part in the new cluster is what it is started with. */
export interface RestoreOptions extends Pick<
  MemberOptions,
  "dataDir" | "name" | "initialCluster" | "initialClusterToken" | "listenPeerUrls"
> {
  /** The file that `Maintenance.Snapshot` gave, of Quorate or of etcd. */
  readonly snapshot: string;
  /**
   * By how much to raise the revision, with everything before it counted as compacted: whoever has a
   * copy of the old cluster's keys then notices, and reads them anew. Not at all when left out.
   */
  readonly bumpRevision?: number;
  /** Whether to do without the hash at the end of the file. */
  readonly skipHashCheck?: boolean;
}

/** What was made. */
export interface RestoredMember {
  readonly id: NodeId;
  readonly cluster: string;
  readonly revision: number;
}

/** A cluster of a million writes a second takes twelve days for it; revisions go further by far. */
const BUMP_MAX = 1_000_000_000_000;

/** The place in the log that a restored state takes: before the first election, and not the log's start. */
const BEGINNING = { term: 0, index: 1 };

/**
 * Makes the directory of one member of a new cluster that begins with a snapshot. Every member of it
 * is to be made from the same snapshot with the same options, before the first is started.
 *
 * @throws `ERR_CONFIGURATION` for options that do not fit or a file that is not there,
 * `ERR_STORAGE_FOREIGN` for a directory that is not empty or a file that is no snapshot, and the
 * other codes of storage
 */
export async function restoreMember(options: RestoreOptions): Promise<RestoredMember> {
  const { dataDir, name, initialCluster, initialClusterToken } = memberSettings(options);
  const identity = clusterIdentity(initialCluster, initialClusterToken);
  const { cluster } = identity;
  const self = idOf(identity, name);
  const bump = options.bumpRevision ?? null;
  if (bump !== null && !(Number.isInteger(bump) && bump > 0 && bump <= BUMP_MAX)) {
    const why = `bumpRevision: ${bump} is no whole number from 1 to ${BUMP_MAX}`;
    throw new QuorateError("ERR_CONFIGURATION", why);
  }
  const { snapshot, skipHashCheck = false } = options;
  // All of it is read before anything is written: what is damaged leaves no directory behind.
  const state = await readSnapshot(snapshot, { skipHashCheck }, restoreDatabase);
  const content = imageForNewCluster(state, bump);
  await seedDataDirectory({
    path: dataDir,
    identity: { cluster, member: self, from: IDENTITY_FLAGS },
    group: ETCD_GROUP,
    meta: { position: BEGINNING, configuration: initialConfiguration(identity) },
    content,
  });
  return { id: self, cluster, revision: state.store.revision };
}
