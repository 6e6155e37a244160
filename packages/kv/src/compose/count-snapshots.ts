import type { SnapshotHandle, SnapshotStore, StateMachine } from "@quorate/core";
import type { ZooKeeperResult, ZooKeeperStateMachine } from "../zookeeper/apply/index.ts";
import type { EnsembleStats } from "../zookeeper/metrics/index.ts";

/** What is counted with, and by which clocks. */
export interface SnapshotCounting {
  readonly machine: ZooKeeperStateMachine;
  readonly stats: EnsembleStats;
  readonly now: () => number;
  readonly wallNow: () => number;
}

/** A snapshot of the own state that is being written. */
interface Begun {
  readonly zxid: number;
  readonly since: number;
}

/** The state machine and the store of snapshots, with each snapshot noted that becomes the newest. */
export function countSnapshots(
  snapshots: SnapshotStore,
  { machine, stats, now, wallNow }: SnapshotCounting,
): { readonly machine: StateMachine<ZooKeeperResult>; readonly snapshots: SnapshotStore } {
  // It is what the state machine has been restored from.
  if (snapshots.latest() !== null) stats.lastSnapshot = { zxid: machine.lastZxid, takenAt: null };
  // The state is pinned right before a snapshot of it is staged; others come from peers.
  let pinned: Begun | null = null;
  const sealed = new Map<SnapshotHandle, Begun>();
  const newest = (zxid: number): void => {
    stats.lastSnapshot = { zxid, takenAt: wallNow() };
  };
  return {
    machine: {
      apply: (entries, each) => machine.apply(entries, each),
      pin: () => {
        pinned = { zxid: machine.lastZxid, since: now() };
        return machine.pin();
      },
      restore: () => {
        const sink = machine.restore();
        return {
          write: (chunk) => sink.write(chunk),
          finish: () => {
            sink.finish();
            newest(machine.lastZxid);
          },
          abort: () => sink.abort(),
        };
      },
    },
    snapshots: {
      latest: () => snapshots.latest(),
      latestBytes: () => snapshots.latestBytes(),
      open: () => snapshots.open(),
      discard: (handle) => {
        sealed.delete(handle);
        snapshots.discard(handle);
      },
      stage: (meta) => {
        const begun = pinned;
        pinned = null;
        const writer = snapshots.stage(meta);
        if (begun === null) return writer;
        return {
          write: (chunk, done) => writer.write(chunk, done),
          seal: (done) =>
            writer.seal((outcome, handle) => {
              if (outcome === null) sealed.set(handle, begun);
              done(outcome, handle);
            }),
          abort: () => writer.abort(),
        };
      },
      install: (handle, done) => {
        const begun = sealed.get(handle);
        sealed.delete(handle);
        snapshots.install(handle, (outcome) => {
          if (begun !== undefined && outcome === null) {
            stats.snapshotTimes.observe(now() - begun.since);
            newest(begun.zxid);
          }
          done(outcome);
        });
      },
    },
  };
}
