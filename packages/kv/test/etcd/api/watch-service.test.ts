import { beforeEach, describe, expect, test } from "vitest";
import { encodeCommand } from "../../../src/etcd/apply/index.ts";
import {
  encodeCompaction,
  encodeDeleteRange,
  encodePut,
  encodeTxn,
  encodeWatchCancel,
  encodeWatchCreate,
  encodeWatchProgress,
  ProtoWriter,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { del, entryOf, put as putOp } from "../apply/commands.ts";
import { responseLine } from "../watch/response-line.ts";
import { bytes, MemberUnderTest, type BegunCall } from "./member-under-test.ts";

const WATCH = "/etcdserverpb.Watch/Watch";

let member: MemberUnderTest;
let call: BegunCall;

beforeEach(() => {
  member = new MemberUnderTest();
  call = open();
});

const open = (metadata = {}): BegunCall => member.begin(WATCH, undefined, metadata);

/** What the client has heard since it last asked. */
function heard(from: BegunCall = call): string[] {
  while (member.turn());
  return from.answers
    .splice(0)
    .map((answer) =>
      answer.code === STATUS.ok ? responseLine(answer.message) : `${answer.code}: ${answer.text}`,
    );
}

interface Wanted {
  readonly end?: string;
  readonly start?: number;
  readonly id?: number | bigint;
  readonly prevKv?: boolean;
  readonly noPut?: boolean;
  readonly noDelete?: boolean;
  readonly fragment?: boolean;
  readonly progressNotify?: boolean;
}

function watch(key: string, wanted: Wanted = {}, on: BegunCall = call): void {
  const { end = "", start = 0, id = 0, ...rest } = wanted;
  const range = { key: bytes(key), rangeEnd: bytes(end) };
  on.send(encodeWatchCreate({ ...range, startRevision: start, watchId: BigInt(id), ...rest }));
}

function put(key: string, value = "1"): void {
  member.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes(key), value: bytes(value) }));
}

function remove(key: string, end = ""): void {
  const range = { key: bytes(key), rangeEnd: bytes(end) };
  member.ok("/etcdserverpb.KV/DeleteRange", encodeDeleteRange(range));
}

/** Forgets at once, or leaves it to a sweep that does not come. */
function compact(revision: number, physical = true): void {
  member.ok("/etcdserverpb.KV/Compact", encodeCompaction({ revision, physical }));
}

// Each of them as the real etcd does it.
describe("a watcher", () => {
  test("is created before it hears of anything, and hears of its key only", () => {
    put("a");
    watch("a");
    expect(heard()).toEqual(["#0 @2 created"]);
    put("a", "2");
    put("ab");
    put("A");
    remove("a");
    remove("a");
    expect(heard()).toEqual(["#0 @3 a=2@3", "#0 @6 -a@6"]);
  });

  test("of a range hears of the keys in it", () => {
    watch("b", { end: "d" });
    watch("b", { end: "\0" });
    watch("", { end: "\0" });
    watch("");
    for (const key of ["a", "b", "cx", "d", "\0"]) put(key);
    expect(heard().slice(4).sort()).toEqual([
      "#0 @3 b=1@3",
      "#0 @4 cx=1@4",
      "#1 @3 b=1@3",
      "#1 @4 cx=1@4",
      "#1 @5 d=1@5",
      "#2 @2 a=1@2",
      "#2 @3 b=1@3",
      "#2 @4 cx=1@4",
      "#2 @5 d=1@5",
      "#2 @6 \0=1@6",
      "#3 @6 \0=1@6",
    ]);
  });

  test("is told of all changes of a revision at once", () => {
    put("c");
    watch("a", { end: "z" });
    watch("b");
    heard();
    const success = [putOp("a", "1"), putOp("b", "2"), del("c")];
    member.ok("/etcdserverpb.KV/Txn", encodeTxn({ success }));
    expect(heard()).toEqual(["#0 @3 a=1@3 b=2@3 -c@3", "#1 @3 b=2@3"]);
  });

  test("gets the id that it wants, or the next one", () => {
    for (const id of [0, 1, 1, 0, 7, 0, -1, 2n ** 60n]) watch("a", { id });
    expect(heard()).toEqual([
      "#0 @1 created",
      "#1 @1 created",
      "#-1 @1 created canceled (mvcc: duplicate watch ID provided on the WatchStream)",
      "#2 @1 created",
      "#7 @1 created",
      "#3 @1 created",
      "#-1 @1 created",
      "#1152921504606846976 @1 created",
    ]);
    call.send(encodeWatchCancel(2n ** 60n));
    call.send(encodeWatchCancel(1n));
    watch("b", { id: 1 });
    watch("b");
    expect(heard()).toEqual([
      "#1152921504606846976 @1 canceled",
      "#1 @1 canceled",
      "#1 @1 created",
      "#4 @1 created",
    ]);
  });

  test("is refused a range without keys, and a start before all time", () => {
    watch("b", { end: "a" });
    watch("b", { end: "b" });
    watch("b", { start: -1 });
    expect(heard()).toEqual([
      "#-1 @1 created canceled (mvcc: watcher range is empty)",
      "#-1 @1 created canceled (mvcc: watcher range is empty)",
      "#-1 @1 created canceled (etcdserver: mvcc: required revision has been compacted)",
    ]);
  });

  test("that begins in the past hears of what was", () => {
    for (const value of ["1", "2", "3"]) put("a", value);
    remove("a");
    watch("a", { start: 3 });
    watch("a", { start: 5 });
    watch("a", { start: 1, noDelete: true });
    expect(heard()).toEqual([
      "#0 @5 created",
      "#1 @5 created",
      "#2 @5 created",
      "#0 @5 a=2@3 a=3@4 -a@5",
      "#1 @5 -a@5",
      "#2 @5 a=1@2 a=2@3 a=3@4",
    ]);
    put("a", "4");
    expect(heard()).toEqual(["#0 @6 a=4@6", "#1 @6 a=4@6", "#2 @6 a=4@6"]);
  });

  test("that begins in the future says nothing until then", () => {
    watch("a", { start: 4 });
    for (const value of ["1", "2", "3", "4"]) put("a", value);
    expect(heard()).toEqual(["#0 @1 created", "#0 @4 a=3@4", "#0 @5 a=4@5"]);
  });

  test("that begins before the last compaction ends, and at it hears of everything", () => {
    for (const value of ["1", "2", "3"]) put("a", value);
    remove("a");
    compact(5, false);
    watch("a", { start: 4 });
    watch("a", { start: 5 });
    expect(heard()).toEqual([
      "#0 @5 created",
      "#0 @0 canceled compacted 5",
      "#1 @5 created",
      "#1 @5 -a@5",
    ]);
  });

  test("hears of what was before if it wants to, as far as anybody knows it", () => {
    watch("a", { prevKv: true });
    watch("a");
    put("a", "1");
    put("a", "2");
    remove("a");
    put("a", "3");
    const told = ["#0 @2 a=1@2", "#0 @3 a=2@3[1@2]", "#0 @4 -a@4[2@3]", "#0 @5 a=3@5"];
    const lines = heard().slice(2);
    expect(lines.filter((line) => line.startsWith("#0 "))).toEqual(told);
    expect(lines.filter((line) => line.startsWith("#1 ")).join()).not.toContain("[");
    put("a", "4");
    compact(5);
    watch("a", { start: 5, prevKv: true });
    expect(heard().at(-1)).toBe("#2 @6 a=3@5 a=4@6[3@5]");
    // Though it is not swept yet.
    compact(6, false);
    watch("a", { start: 6, prevKv: true });
    expect(heard().at(-1)).toBe("#3 @6 a=4@6");
  });

  test("does not hear of what it filters out", () => {
    watch("a", { noPut: true });
    watch("a", { noDelete: true });
    watch("a", { noPut: true, noDelete: true });
    heard();
    put("a");
    remove("a");
    expect(heard()).toEqual(["#1 @2 a=1@2", "#0 @3 -a@3"]);
  });

  test("hears of nothing once it is canceled", () => {
    watch("a");
    watch("a");
    heard();
    call.send(encodeWatchCancel(0n));
    call.send(encodeWatchCancel(0n));
    call.send(encodeWatchCancel(99n));
    put("a");
    expect(heard()).toEqual(["#0 @1 canceled", "#1 @2 a=1@2"]);
  });

  test("gets a large revision in pieces if it wants to", () => {
    const value = "v".repeat(400_000);
    watch("", { end: "\0", fragment: true });
    watch("", { end: "\0" });
    heard();
    const success = ["a", "b", "c", "d"].map((key) => putOp(key, value));
    member.requests.propose(
      // Larger than a client may ask for: as another member's limits may be.
      Uint8Array.from([3, ...encodeTxn({ success })]),
      () => {},
    );
    member.commit();
    const v = "400000×v";
    expect(heard()).toEqual([
      `#0 @2 a=${v}@2 b=${v}@2 c=${v}@2 …`,
      `#0 @2 d=${v}@2`,
      `#1 @2 a=${v}@2 b=${v}@2 c=${v}@2 d=${v}@2`,
    ]);
  });
});

describe("changes that come together", () => {
  test("are told together, each revision in its place", () => {
    watch("a");
    watch("", { end: "\0" });
    heard();
    const data = ["a", "b", "a"].map((key, i) =>
      encodeCommand("put", encodePut({ key: bytes(key), value: bytes(String(i)) })),
    );
    const entries = data.map((each, i) => ({ ...entryOf(each), index: i + 1 }));
    member.machine.apply(entries, () => {});
    expect(heard()).toEqual(["#0 @4 a=0@2 a=2@4", "#1 @4 a=0@2 b=1@3 a=2@4"]);
  });

  test("in a snapshot are told, but for what it has forgotten", () => {
    const other = new MemberUnderTest();
    const putThere = (key: string, value: string): void =>
      void other.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes(key), value: bytes(value) }));
    const takeOver = (): void => {
      const [view, sink] = [other.machine.pin(), member.machine.restore()];
      for (let chunk = view.read(1000); chunk !== null; chunk = view.read(1000)) sink.write(chunk);
      sink.finish();
    };
    watch("a");
    watch("b", { start: 6 });
    heard();
    putThere("a", "1");
    putThere("a", "2");
    takeOver();
    expect(heard()).toEqual(["#0 @3 a=1@2 a=2@3"]);
    for (const value of ["3", "4", "5"]) putThere("a", value);
    putThere("b", "6");
    other.ok("/etcdserverpb.KV/Compact", encodeCompaction({ revision: 6 }));
    takeOver();
    expect(heard()).toEqual(["#0 @0 canceled compacted 6", "#1 @7 b=6@7"]);
    put("b", "7");
    expect(heard()).toEqual(["#1 @8 b=7@8"]);
  });
});

test("a request of no kind is passed over, and one that is none ends the stream", () => {
  watch("a");
  call.send(new Uint8Array(0));
  call.send(new ProtoWriter().message(9, bytes("later version")).finish());
  put("a");
  expect(heard()).toEqual(["#0 @1 created", "#0 @2 a=1@2"]);
  call.send(Uint8Array.of(0x0a, 0x7f));
  put("a");
  expect(heard()).toEqual([expect.stringMatching(/^13: grpc: error unmarshalling request/)]);
  expect(member.member.watches.watchers).toBe(0);
});

test("a client that has said its last goes on listening", () => {
  watch("a");
  call.halfClose();
  put("a");
  expect(heard()).toEqual(["#0 @1 created", "#0 @2 a=1@2"]);
});

test("nothing is left of a client that is gone", () => {
  for (let i = 0; i < 10; i++) put("a");
  const other = open();
  watch("a", {}, other);
  watch("a");
  watch("a", { end: "b" });
  watch("a", { start: 2 });
  watch("a", { start: 100 });
  call.send(encodeWatchProgress());
  expect(member.member.watches.watchers).toBe(5);
  call.cancel();
  expect(member.member.watches.watchers).toBe(1);
  put("a");
  expect(heard()).toHaveLength(4);
  expect(heard(other)).toEqual(["#0 @11 created", "#0 @12 a=1@12"]);
});

describe("progress", () => {
  test("is answered for all watchers at once, with or without any", () => {
    call.send(encodeWatchProgress());
    put("a");
    watch("a");
    call.send(encodeWatchProgress());
    expect(heard()).toEqual(["#-1 @1", "#0 @2 created", "#-1 @2"]);
  });

  test("is answered when nobody is behind any more, and once", () => {
    for (let i = 0; i < 3; i++) put("a", String(i));
    watch("a", { start: 2 });
    call.send(encodeWatchProgress());
    call.send(encodeWatchProgress());
    expect(heard()).toEqual(["#0 @4 created", "#0 @4 a=0@2 a=1@3 a=2@4", "#-1 @4"]);
  });

  test("is told after some time to who wants it and heard nothing", () => {
    watch("a", { progressNotify: true });
    watch("b", { progressNotify: true });
    watch("c");
    watch("a", { progressNotify: true, start: 100 });
    heard();
    const minutes = (count: number): string[] => {
      member.clock.now += count * 60_000;
      member.member.tick();
      return heard();
    };
    expect(minutes(0)).toEqual([]);
    expect(minutes(9.9)).toEqual([]);
    put("a");
    // Up to a tenth later: not all streams at once.
    expect([...minutes(0.1), ...minutes(1)]).toEqual(["#0 @2 a=1@2", "#1 @2"]);
    expect([...minutes(9.9), ...minutes(1.1)].sort()).toEqual(["#0 @2", "#1 @2"]);
  });
});

describe("a client that reads slowly", () => {
  test("misses nothing", () => {
    watch("a");
    watch("b");
    heard();
    call.stall();
    // Said before anybody knew.
    put("a", "1");
    expect(heard()).toEqual(["#0 @2 a=1@2"]);
    put("a", "2");
    put("b", "3");
    put("a", "4");
    expect(heard()).toEqual([]);
    call.drain();
    expect(heard()).toEqual(["#0 @5 a=2@3 a=4@5", "#1 @5 b=3@4"]);
    put("a", "5");
    expect(heard()).toEqual(["#0 @6 a=5@6"]);
  });

  test("is told when what it missed is forgotten, and only then", () => {
    for (const key of ["a", "b", "c", "d"]) watch(key);
    heard();
    call.stall();
    put("c");
    heard();
    put("a");
    put("a");
    put("b");
    compact(4, false);
    call.drain();
    expect(heard()).toEqual(["#0 @5 a=1@3 a=1@4", "#1 @5 b=1@5"]);
    call.stall();
    put("c");
    put("a");
    put("b");
    put("d");
    compact(9);
    expect(heard()).toEqual(["#2 @6 c=1@6"]);
    call.drain();
    expect(heard()).toEqual([
      "#0 @0 canceled compacted 9",
      "#1 @0 canceled compacted 9",
      "#3 @9 d=1@9",
    ]);
    put("a");
    put("c");
    expect(heard()).toEqual(["#2 @11 c=1@11"]);
  });

  test("does not hear of progress that it has not made", () => {
    watch("a");
    heard();
    call.stall();
    put("a");
    put("a");
    call.send(encodeWatchProgress());
    expect(heard()).toEqual(["#0 @2 a=1@2"]);
    call.drain();
    expect(heard()).toEqual(["#0 @3 a=1@3", "#-1 @3"]);
  });
});

describe("a client that wants a leader", () => {
  const wantsLeader = { hasleader: "true" };

  test("is refused at once where there is none", () => {
    member.log.become({ leader: null });
    const refusal = "14: etcdserver: no leader";
    expect(heard(open(wantsLeader))).toEqual([refusal]);
    expect(heard(open({ hasleader: "no" }))).toEqual([]);
    const get = member.begin("/etcdserverpb.KV/Range", new Uint8Array(0), wantsLeader);
    expect(heard(get)).toEqual([refusal]);
  });

  test("is sent away when there was none for three election timeouts", () => {
    const [eager, patient, gone] = [open(wantsLeader), open(), open(wantsLeader)];
    for (const each of [eager, patient]) watch("a", {}, each);
    gone.cancel();
    const seconds = (count: number): string[] => {
      member.clock.now += count * 1000;
      member.member.tick();
      return heard(eager);
    };
    expect(seconds(100)).toEqual(["#0 @1 created"]);
    member.log.become({ leader: null });
    expect([...seconds(0), ...seconds(2.9)]).toEqual([]);
    member.log.become({ leader: "x" });
    expect(seconds(1)).toEqual([]);
    member.log.become({ leader: null });
    expect([...seconds(0), ...seconds(2.9)]).toEqual([]);
    expect(seconds(0.1)).toEqual(["14: etcdserver: no leader"]);
    expect(member.member.watches.watchers).toBe(1);
    expect(seconds(10)).toEqual([]);
    expect(heard(patient)).toEqual(["#0 @1 created"]);
    expect(heard(gone)).toEqual([]);
  });
});
