import { toQuorateError, type QuorateError } from "../errors.ts";
import type { LogStore, StorageOutcome } from "../ports/log-store.ts";
import type { SnapshotReader, SnapshotStore } from "../ports/snapshot-store.ts";
import type { SnapshotSink, StateMachine } from "../ports/state-machine.ts";
import type { SnapshotHandle, SnapshotMeta } from "../snapshot.ts";

/** Where an installation happens. */
export interface InstallationSite {
  readonly snapshots: SnapshotStore;
  readonly log: LogStore;
  readonly stateMachine: StateMachine<unknown>;
  readonly chunkBytes: number;
}

/**
 * Makes a received snapshot durable, begins the log behind it and restores the state machine from
 * it, in this order: a crash in between leaves a snapshot that is ahead of the log, which the next
 * start recognises.
 */
export function installSnapshot(
  site: InstallationSite,
  handle: SnapshotHandle,
  meta: SnapshotMeta,
  done: (outcome: StorageOutcome) => void,
): void {
  site.snapshots.install(handle, (installed) => {
    if (installed !== null) return done(installed);
    site.log.reset(meta.position, (reset) => {
      if (reset !== null) return done(reset);
      restoreLatest(site, done);
    });
  });
}

/** Restores the state machine from the current snapshot, chunk by chunk; also used at every start. */
export function restoreLatest(
  site: Pick<InstallationSite, "snapshots" | "stateMachine" | "chunkBytes">,
  done: (outcome: StorageOutcome) => void,
): void {
  const reader = site.snapshots.open();
  if (reader === null) return done(null);
  copyNext(reader, site.stateMachine.restore(), 0, site.chunkBytes, (outcome) => {
    reader.close();
    done(outcome);
  });
}

function copyNext(
  reader: SnapshotReader,
  sink: SnapshotSink,
  offset: number,
  chunkBytes: number,
  done: (outcome: StorageOutcome) => void,
): void {
  if (offset >= reader.size) return done(attempt(() => sink.finish()));
  reader.read(offset, chunkBytes, (outcome, chunk) => {
    const refused = outcome ?? attempt(() => sink.write(chunk));
    if (refused !== null) {
      sink.abort();
      return done(refused);
    }
    copyNext(reader, sink, offset + chunk.length, chunkBytes, done);
  });
}

function attempt(action: () => void): QuorateError | null {
  try {
    action();
    return null;
  } catch (error) {
    return toQuorateError(error);
  }
}
