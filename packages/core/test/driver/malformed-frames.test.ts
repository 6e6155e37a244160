import { expect, test } from "vitest";
import { majorityOf } from "../../src/configuration.ts";
import { Driver } from "../../src/driver/driver.ts";
import { QuorateError } from "../../src/errors.ts";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemorySnapshots,
  MemorySnapshotStore,
} from "../../src/memory/index.ts";
import type { TransportReceiver } from "../../src/ports/transport.ts";
import type { GroupView, Protocol } from "../../src/protocol.ts";

const configuration = majorityOf([
  { id: "a", addresses: [] },
  { id: "b", addresses: [] },
]);

const view: GroupView = {
  self: "a",
  role: "deaf",
  isLeader: false,
  leader: null,
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

const deaf: Protocol<string> = { step: () => {}, takeEffects: () => [], view: () => view };

/** A driver as its transport sees it, and why it stopped. */
function started(decode: (bytes: Uint8Array) => string): [TransportReceiver, QuorateError[]] {
  const receivers: TransportReceiver[] = [];
  const fatal: QuorateError[] = [];
  const schedule = (): void => {};
  const driver = new Driver<string, never>({
    group: { group: "g", cluster: "c", self: "a" },
    protocol: deaf,
    codec: { encode: () => [], decode },
    log: new MemoryLogStore(new MemoryLog(), new MemoryDisk({ schedule }), schedule),
    snapshots: new MemorySnapshotStore(new MemorySnapshots(), new MemoryDisk({ schedule })),
    transport: {
      join: (_group, _peers, receiver) => {
        receivers.push(receiver);
        return { send: () => {}, setPeers: () => {}, leave: () => {} };
      },
    },
    stateMachine: {
      apply: () => {},
      pin: () => ({ read: () => null, release: () => {} }),
      restore: () => ({ write: () => {}, finish: () => {}, abort: () => {} }),
    },
    runtime: { now: () => ({ monotonic: 0, wall: 0 }), defer: () => {} },
    applied: 0,
    checkpointEntries: 100,
    incarnation: 1,
    onFatal: (error) => fatal.push(error),
    onAsk: () => {},
  });
  driver.start();
  const [receiver] = receivers;
  if (receiver === undefined) throw new Error("it has not joined");
  receiver.linkUp("b", 1);
  return [receiver, fatal];
}

test.each([
  ["no bytes", []],
  ["a kind that nobody knows", [99]],
  ["a snapshot's offer that is cut off", [1, 0, 0]],
  ["a message that makes no sense", [0, 1, 2, 3]],
])("a frame of %s is refused: its link has a gap from then on", (_what, bytes) => {
  const [receiver, fatal] = started(() => {
    throw new QuorateError("ERR_MALFORMED", "as the test wants");
  });
  expect(() => receiver.receive("b", Uint8Array.from(bytes))).toThrow(
    /malformed|as the test wants/,
  );
  expect(fatal).toEqual([]);
});

test("what goes wrong besides is nobody's fault but our own, and stops the member", () => {
  const [receiver, fatal] = started(() => {
    throw new TypeError("as the test wants");
  });
  receiver.receive("b", Uint8Array.of(0, 1));
  expect(fatal.map(({ code }) => code)).toEqual(["ERR_INVARIANT"]);
});
