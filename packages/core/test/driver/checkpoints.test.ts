import { expect, test } from "vitest";
import { majorityOf } from "../../src/configuration.ts";
import { Driver } from "../../src/driver/driver.ts";
import type { Effect } from "../../src/effect.ts";
import { appendRun } from "../../src/entry.ts";
import type { ProtocolEvent } from "../../src/event.ts";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemoryNetwork,
  MemorySnapshots,
  MemorySnapshotStore,
} from "../../src/memory/index.ts";
import type { StateMachine } from "../../src/ports/state-machine.ts";
import type { GroupView, Protocol } from "../../src/protocol.ts";
import type { SnapshotHandle, SnapshotMeta } from "../../src/snapshot.ts";

const configuration = majorityOf([{ id: "a", addresses: [] }]);

/** Agrees with itself: what is proposed is applied at once, and snapshots are taken when asked for. */
class Yes implements Protocol<never> {
  #effects: Effect<never>[] = [];
  #applied: number;
  readonly taken: SnapshotMeta[] = [];

  constructor(applied: number) {
    this.#applied = applied;
  }

  step(event: ProtocolEvent<never>): void {
    if (event.kind === "propose") {
      const drafts = event.proposals.map(({ data }) => ({ kind: "command" as const, data }));
      const first = this.#applied + 1;
      const { entries } = appendRun(drafts, { first, term: 1, time: 0 });
      this.#applied += entries.length;
      this.#effects.push({ kind: "apply", entries });
    } else if (event.kind === "checkpoint") {
      const position = { term: 1, index: this.#applied };
      this.#effects.push({ kind: "takeSnapshot", meta: { position, configuration } });
    } else if (event.kind === "snapshotTaken") this.taken.push(event.meta);
  }

  /** A snapshot came from somewhere. */
  install(handle: SnapshotHandle, meta: SnapshotMeta): void {
    this.#applied = meta.position.index;
    this.#effects.push({ kind: "installSnapshot", ticket: 1, handle, meta });
  }

  takeEffects(): readonly Effect<never>[] {
    return this.#effects.splice(0);
  }

  view(): GroupView {
    return {
      self: "a",
      role: "leader",
      isLeader: true,
      leader: "a",
      term: 1,
      ready: true,
      commit: this.#applied,
      applied: this.#applied,
      first: 1,
      last: this.#applied,
      configurations: { committed: configuration, latest: configuration },
      progress: new Map(),
      details: {},
    };
  }
}

/** A state of so many bytes, whatever is applied. */
function stateOf(bytes: () => number): StateMachine<null> {
  return {
    apply: (entries, each) => entries.forEach((entry) => each(entry, null)),
    pin: () => {
      let left = bytes();
      return {
        read: (bytesMax) => {
          const size = Math.min(left, bytesMax);
          left -= size;
          return size > 0 ? new Uint8Array(size) : null;
        },
        release: () => {},
      };
    },
    restore: () => ({ write: () => {}, finish: () => {}, abort: () => {} }),
  };
}

/** A member on its own, whose process can start again over the same disk. */
class Member {
  stateBytes = 10;
  readonly #snapshots = new MemorySnapshots();
  readonly #later: (() => void)[] = [];
  #driver: Driver<never, null> | null = null;
  #protocol = new Yes(0);
  #store: MemorySnapshotStore | null = null;

  start(): void {
    const schedule = (_: number, callback: () => void): void => void this.#later.push(callback);
    const disk = new MemoryDisk({ schedule });
    const applied = this.#snapshots.current?.meta.position.index ?? 0;
    this.#protocol = new Yes(applied);
    this.#store = new MemorySnapshotStore(this.#snapshots, disk);
    this.#driver = new Driver<never, null>({
      group: { group: "g", cluster: "c", self: "a" },
      protocol: this.#protocol,
      codec: {
        encode: () => [],
        decode: () => {
          throw new RangeError("nobody sends anything");
        },
      },
      log: new MemoryLogStore(new MemoryLog(), disk, schedule),
      snapshots: this.#store,
      transport: new MemoryNetwork({
        schedule: (_, millis, run) => schedule(millis, run),
      }).transport(),
      stateMachine: stateOf(() => this.stateBytes),
      runtime: {
        now: () => ({ monotonic: 0, wall: 0 }),
        defer: (callback) => schedule(0, callback),
      },
      applied,
      checkpointEntries: 10,
      incarnation: 1,
      onFatal: (error) => {
        throw error;
      },
      onAsk: () => {},
    });
    this.#driver.start();
    this.#run();
  }

  stop(): void {
    this.#driver?.stop();
    this.#run();
  }

  /** Writes entries of 100 bytes one after the other; the indices at which snapshots were taken. */
  write(count: number): number[] {
    const before = this.#protocol.taken.length;
    for (let i = 0; i < count; i++) {
      this.#driver?.propose(new Uint8Array(77), () => {});
      this.#run();
    }
    return this.#protocol.taken.slice(before).map(({ position }) => position.index);
  }

  checkpoint(): void {
    this.#driver?.checkpoint();
    this.#run();
  }

  /** A snapshot of so many bytes at the index takes the place of everything. */
  install(index: number, bytes: number): void {
    const meta = { position: { term: 1, index }, configuration };
    const writer = this.#store?.stage(meta);
    writer?.write(new Uint8Array(bytes), () => {
      writer.seal((_, handle) => {
        this.#protocol.install(handle, meta);
        this.#driver?.tick();
      });
    });
    this.#run();
  }

  #run(): void {
    for (let next = this.#later.shift(); next !== undefined; next = this.#later.shift()) next();
  }
}

test("snapshots become rarer as the state grows, but not without end", () => {
  const member = new Member();
  member.start();
  expect(member.write(30)).toEqual([10, 20, 30]);
  member.stateBytes = 3_000;
  // The one of index 40 is the first to be large.
  expect(member.write(40)).toEqual([40, 55, 70]);
  member.stateBytes = 1_000_000;
  expect(member.write(230)).toEqual([85, 185, 285]);
});

test("a member that starts again knows how large its last snapshot was", () => {
  const member = new Member();
  member.stateBytes = 3_000;
  member.start();
  expect(member.write(10)).toEqual([10]);
  member.stop();
  member.start();
  expect(member.write(15)).toEqual([25]);
});

test("one that is asked for is taken at once, and counts", () => {
  const member = new Member();
  member.stateBytes = 3_000;
  member.start();
  member.write(3);
  member.checkpoint();
  expect(member.write(14)).toEqual([]);
  expect(member.write(1)).toEqual([18]);
});

test("one that another member sent counts, with its size", () => {
  const member = new Member();
  member.start();
  member.write(5);
  member.install(100, 3_000);
  expect(member.write(15)).toEqual([115]);
});
