import {
  Driver,
  QuorateError,
  restoreLatest,
  type AskHandler,
  type DriverLimits,
  type GroupId,
  type MessageCodec,
  type NodeId,
  type Protocol,
  type Recovered,
  type StateMachine,
} from "@quorate/core";
import { openDataDirectory, type DirectoryIdentity, type GroupStorage } from "@quorate/storage-fs";
import type { Closing } from "./closing.ts";
import type { MemberLog } from "./member-log.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { startPeering, type Peering, type PeerListening } from "./peering.ts";
import { remedyFor } from "./remedy.ts";

/** A protocol, a state machine, and where they keep and send what they have. */
export interface GroupParts<Message, Result> {
  readonly group: GroupId;
  readonly cluster: string;
  readonly self: NodeId;
  readonly dataDir: string;
  readonly identity: DirectoryIdentity;
  readonly machine: StateMachine<Result>;
  readonly createProtocol: (recovered: Recovered) => Protocol<Message>;
  readonly codec: MessageCodec<Message>;
  /** Another member's, in this process; null: this one listens for its peers itself. */
  readonly peering: Peering | null;
  readonly listening: PeerListening;
  readonly checkpointEntries: number;
  readonly limits: Partial<DriverLimits>;
  readonly log: MemberLog;
  readonly onFatal: (error: QuorateError) => void;
  readonly onAsk: AskHandler;
}

/** Opens the disk, restores the state, joins the parts. The driver is the caller's to start. */
export async function assembleGroup<Message, Result>(
  parts: GroupParts<Message, Result>,
  closing: Closing,
): Promise<Driver<Message, Result>> {
  const { group, cluster, self, log, machine } = parts;
  // First of all: whoever has the directory has the ports as well, and is to be told of the directory.
  const storage = await openStorage(parts, closing);
  await restore(storage, machine);
  const { recovered } = storage;
  const snapshot = recovered.snapshot?.position.index ?? 0;
  // Behind the snapshot, to be replayed once a leader says that they are committed. The log is dropped
  // in whole files, so all that is left of it may be older than the snapshot.
  const entries = Math.max(0, (recovered.tail.at(-1)?.index ?? 0) - snapshot);
  log.info({ group, snapshot, entries }, "read the disk");
  const peering = parts.peering ?? (await startOwnPeering(parts, closing));
  return new Driver({
    group: { group, cluster, self },
    protocol: parts.createProtocol(recovered),
    codec: parts.codec,
    log: storage.log,
    snapshots: storage.snapshots,
    transport: peering.transport,
    stateMachine: machine,
    runtime: nodeRuntime,
    applied: snapshot,
    checkpointEntries: parts.checkpointEntries,
    incarnation: peering.incarnation,
    limits: parts.limits,
    onFatal: (error) => {
      log.error({ code: error.code, remedy: remedyFor(error.code) }, error.message);
      parts.onFatal(error);
    },
    onTrace: ({ name, facts }) => log.info({ group, ...facts }, name),
    onAsk: parts.onAsk,
  });
}

async function startOwnPeering(
  { listening, log }: Pick<GroupParts<never, never>, "listening" | "log">,
  closing: Closing,
): Promise<Peering> {
  const peering = await startPeering(listening, log);
  closing.add(() => peering.transport.close());
  return peering;
}

async function openStorage(
  parts: Pick<GroupParts<never, never>, "dataDir" | "identity" | "group" | "log">,
  closing: Closing,
): Promise<GroupStorage> {
  const { dataDir, identity, group, log } = parts;
  const directory = await openDataDirectory({ path: dataDir, identity, groups: [group] });
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

function restore(storage: GroupStorage, stateMachine: StateMachine<unknown>): Promise<void> {
  const { snapshots } = storage;
  return new Promise((done, fail) => {
    restoreLatest({ snapshots, stateMachine, chunkBytes: 1024 * 1024 }, (outcome) =>
      outcome === null ? done() : fail(outcome),
    );
  });
}
