import { beforeEach, describe, expect, test } from "vitest";
import { majorityOf } from "../../src/configuration.ts";
import { Driver } from "../../src/driver/driver.ts";
import type { Effect } from "../../src/effect.ts";
import type { QuorateError } from "../../src/errors.ts";
import type { ProtocolEvent } from "../../src/event.ts";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemoryNetwork,
  MemorySnapshots,
  MemorySnapshotStore,
} from "../../src/memory/index.ts";
import type { GroupView, Protocol } from "../../src/protocol.ts";

const configuration = majorityOf([{ id: "a", addresses: [] }]);

/** Does nothing but what the test tells it to do, and takes note of what it is told. */
class Puppet implements Protocol<never> {
  leader: string | null = "a";
  /** Whether it takes proposals; else it refuses them for want of a leader. */
  takes = true;
  readonly told: ProtocolEvent<never>[] = [];
  #effects: Effect<never>[] = [];

  step(event: ProtocolEvent<never>): void {
    if (event.kind !== "tick") this.told.push(event);
    if (event.kind !== "propose" || this.takes) return;
    for (const { id } of event.proposals) {
      this.#effects.push({ kind: "proposalRejected", id, reason: "ERR_NO_LEADER" });
    }
  }

  does(...effects: readonly Effect<never>[]): void {
    this.#effects.push(...effects);
  }

  takeEffects(): readonly Effect<never>[] {
    return this.#effects.splice(0);
  }

  view(): GroupView {
    return {
      self: "a",
      role: "puppet",
      isLeader: this.leader === "a",
      leader: this.leader,
      term: 1,
      ready: true,
      commit: 0,
      applied: 0,
      first: 1,
      last: 0,
      configurations: { committed: configuration, latest: configuration },
      progress: new Map(),
      details: {},
    };
  }
}

let puppet: Puppet;
let driver: Driver<never, null>;
let later: (() => void)[];

beforeEach(() => {
  later = [];
  puppet = new Puppet();
  const schedule = (_: number, callback: () => void): void => void later.push(callback);
  const disk = new MemoryDisk({ schedule });
  driver = new Driver<never, null>({
    group: { group: "g", cluster: "c", self: "a" },
    protocol: puppet,
    codec: {
      encode: () => [],
      decode: () => {
        throw new RangeError("nobody sends anything");
      },
    },
    log: new MemoryLogStore(new MemoryLog(), disk, schedule),
    snapshots: new MemorySnapshotStore(new MemorySnapshots(), disk),
    transport: new MemoryNetwork({
      schedule: (_, millis, run) => schedule(millis, run),
    }).transport(),
    stateMachine: {
      apply: () => {},
      pin: () => ({ read: () => null, release: () => {} }),
      restore: () => ({ write: () => {}, finish: () => {}, abort: () => {} }),
    },
    runtime: {
      now: () => ({ monotonic: 0, wall: 0 }),
      defer: (callback) => schedule(0, callback),
    },
    applied: 0,
    checkpointEntries: 10,
    incarnation: 1,
    onFatal: (error) => {
      throw error;
    },
    onAsk: () => {},
  });
  driver.start();
  runAll();
});

/** Everything that is to be done, and what comes of it. */
function runAll(): void {
  for (let next = later.shift(); next !== undefined; next = later.shift()) next();
}

function tick(): void {
  driver.tick();
  runAll();
}

describe("a transfer of leadership", () => {
  /** Asks for one, and what becomes of it in the end. */
  function transfer(target: string): string[] {
    const outcomes: string[] = [];
    driver.transfer(target, (failure: QuorateError | null) =>
      outcomes.push(failure === null ? `done, led by ${driver.view().leader}` : failure.code),
    );
    runAll();
    return outcomes;
  }

  test("is the protocol's to do, and its outcome the one that the protocol says", () => {
    const first = transfer("b");
    const second = transfer("c");
    expect(puppet.told).toEqual([
      { kind: "transfer", id: 1, target: "b" },
      { kind: "transfer", id: 2, target: "c" },
    ]);
    puppet.does({ kind: "transferFailed", id: 2, reason: "ERR_TRANSFEREE" });
    tick();
    expect([first, second]).toEqual([[], ["ERR_TRANSFEREE"]]);
    puppet.does({ kind: "transferred", id: 1 });
    puppet.leader = "b";
    tick();
    expect([first, second]).toEqual([["done, led by b"], ["ERR_TRANSFEREE"]]);
  });

  test("has one outcome only", () => {
    const outcomes = transfer("b");
    puppet.does({ kind: "transferFailed", id: 1, reason: "ERR_TIMEOUT" });
    puppet.does({ kind: "transferred", id: 1 });
    tick();
    driver.stop();
    expect(outcomes).toEqual(["ERR_TIMEOUT"]);
  });

  test("ends with the member, and none begins afterwards", () => {
    const outcomes = transfer("b");
    driver.stop();
    expect([outcomes, transfer("b")]).toEqual([["ERR_STOPPED"], ["ERR_STOPPED"]]);
  });
});

describe("proposals that are refused for want of a leader by who leads", () => {
  /** So often was something proposed. */
  function offers(): number {
    return puppet.told.filter(({ kind }) => kind === "propose").length;
  }

  test("are offered again with the next tick, and not before", () => {
    puppet.takes = false;
    driver.propose(new Uint8Array(1), () => {});
    runAll();
    driver.propose(new Uint8Array(1), () => {});
    runAll();
    expect(offers()).toBe(1);
    tick();
    expect(offers()).toBe(2);
    puppet.takes = true;
    tick();
    expect(puppet.told.at(-1)).toMatchObject({ kind: "propose", proposals: [{}, {}] });
    tick();
    expect(offers()).toBe(3);
  });

  test("are offered again when leadership changes", () => {
    puppet.takes = false;
    driver.propose(new Uint8Array(1), () => {});
    runAll();
    puppet.takes = true;
    puppet.does({ kind: "leadershipChanged", term: 2, leader: "b", ready: false });
    driver.transfer("b", () => {}); // whatever begins a turn, but for a tick
    runAll();
    expect(offers()).toBe(2);
  });
});
