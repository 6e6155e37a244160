import { beforeEach, describe, expect, test } from "vitest";
import {
  decodeRange,
  encodeCompaction,
  encodeDeleteRange,
  encodePut,
  encodeRange,
  encodeTxn,
  type Compare,
  type PutRequest,
  type RangeRequest,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import {
  bytes,
  MemberUnderTest,
  messagesAt,
  numberAt,
  pairsAt,
  type Fields,
} from "./member-under-test.ts";

const KV = "/etcdserverpb.KV";
let member: MemberUnderTest;

beforeEach(() => {
  member = new MemberUnderTest();
});

function put(key: string, value: string): Fields {
  return member.ok(`${KV}/Put`, encodePut({ key: bytes(key), value: bytes(value) }));
}

function range(key: string, more: Partial<Omit<RangeRequest, "kind">> = {}): Fields {
  return member.ok(`${KV}/Range`, encodeRange({ key: bytes(key), ...more }));
}

function revisionOf(answer: Fields): number {
  const [header] = messagesAt(answer, 1);
  return header === undefined ? -1 : numberAt(header, 3);
}

const refusal = (code: number, text: string): unknown => ({ code, text: `etcdserver: ${text}` });

describe("answers", () => {
  test("begin with who answers, the revision and the term", () => {
    const [header] = messagesAt(put("k", "v"), 1);
    expect([...(header?.keys() ?? [])]).toEqual([1, 2, 3, 4]);
    expect(header && numberAt(header, 3)).toBe(2);
    expect(header && numberAt(header, 4)).toBe(2);
  });

  test("carry etcd's revisions: a write that changes nothing takes none", () => {
    expect(revisionOf(range("k"))).toBe(1);
    expect(revisionOf(put("k", "1"))).toBe(2);
    expect(revisionOf(put("k", "2"))).toBe(3);
    const nothing = member.ok(`${KV}/DeleteRange`, encodeDeleteRange({ key: bytes("nope") }));
    expect(revisionOf(nothing)).toBe(3);
    const old = range("k", { revision: 2 });
    expect(pairsAt(old, 2)).toEqual(["k=1"]);
    expect(revisionOf(old)).toBe(3);
  });
});

describe("Range", () => {
  test("asks the group first, unless it is content with this member's state", () => {
    const linearizable = member.begin(`${KV}/Range`, encodeRange({ key: bytes("k") }));
    expect(linearizable.answers).toHaveLength(0);
    const local = member.begin(`${KV}/Range`, encodeRange({ key: bytes("k"), serializable: true }));
    expect(local.answers).toHaveLength(1);
    member.commit();
    expect(linearizable.answers).toHaveLength(1);
  });

  test("a linearizable one reads the state at the time of the confirmation", () => {
    const { answers } = member.begin(`${KV}/Range`, encodeRange({ key: bytes("k") }));
    const reads = member.log.reads.splice(0);
    put("k", "new");
    for (const done of reads) done(null);
    const [answer] = answers;
    expect(answer?.code === 0 && new TextDecoder().decode(answer.message)).toContain("new");
  });

  test("limits, counts and says that there is more", () => {
    for (const key of ["a1", "a2", "a3", "b"]) put(key, key);
    const answer = range("a", { rangeEnd: bytes("b"), limit: 2 });
    expect(pairsAt(answer, 2)).toEqual(["a1=a1", "a2=a2"]);
    expect([numberAt(answer, 3), numberAt(answer, 4)]).toEqual([1, 3]);
  });

  test("sorts, and leaves values out", () => {
    put("a", "2");
    put("b", "1");
    const rangeEnd = bytes("\0");
    const byValue = range("\0", { rangeEnd, sortOrder: "descend", sortTarget: "value" });
    expect(pairsAt(byValue, 2)).toEqual(["a=2", "b=1"]);
    expect(pairsAt(range("\0", { rangeEnd, keysOnly: true }), 2)).toEqual(["a=", "b="]);
  });
});

describe("Put and DeleteRange", () => {
  test("give what was there before, when asked", () => {
    put("k", "1");
    const request = encodePut({ key: bytes("k"), value: bytes("2"), prevKv: true });
    expect(pairsAt(member.ok(`${KV}/Put`, request), 2)).toEqual(["k=1"]);
    const gone = encodeDeleteRange({ key: bytes("a"), rangeEnd: bytes("z"), prevKv: true });
    const answer = member.ok(`${KV}/DeleteRange`, gone);
    expect(numberAt(answer, 2)).toBe(1);
    expect(pairsAt(answer, 3)).toEqual(["k=2"]);
  });

  test("answer only when they are applied", () => {
    const { answers } = member.begin(`${KV}/Put`, encodePut({ key: bytes("k") }));
    expect(answers).toHaveLength(0);
    member.commit();
    expect(answers).toHaveLength(1);
    expect(pairsAt(range("k", { serializable: true }), 2)).toEqual(["k="]);
  });
});

describe("Txn", () => {
  const isNew: Compare = {
    key: bytes("k"),
    rangeEnd: bytes(""),
    result: "equal",
    target: { kind: "create", number: 0 },
  };
  const putK: PutRequest = {
    kind: "put",
    key: bytes("k"),
    value: bytes("v"),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
  const getK = (serializable: boolean): RangeRequest => ({
    kind: "range",
    key: bytes("k"),
    rangeEnd: bytes(""),
    limit: 0,
    revision: 0,
    sortOrder: "none",
    sortTarget: "key",
    serializable,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  });

  test("takes one branch or the other", () => {
    const request = encodeTxn({ compare: [isNew], success: [putK], failure: [getK(false)] });
    const first = member.ok(`${KV}/Txn`, request);
    expect([numberAt(first, 2), revisionOf(first)]).toEqual([1, 2]);
    const second = member.ok(`${KV}/Txn`, request);
    expect([numberAt(second, 2), revisionOf(second)]).toEqual([0, 2]);
    const [op] = messagesAt(second, 3);
    const [read] = op === undefined ? [] : messagesAt(op, 1);
    expect(read && pairsAt(read, 2)).toEqual(["k=v"]);
  });

  test("that only reads takes no place in the log", () => {
    const linearizable = member.begin(`${KV}/Txn`, encodeTxn({ success: [getK(false)] }));
    expect(member.log.proposed).toHaveLength(0);
    expect(member.log.reads).toHaveLength(1);
    expect(linearizable.answers).toHaveLength(0);
    const local = member.begin(`${KV}/Txn`, encodeTxn({ success: [getK(true)] }));
    expect(local.answers).toHaveLength(1);
  });

  test("is refused before the log sees it when it puts a key twice", () => {
    const { answers } = member.begin(`${KV}/Txn`, encodeTxn({ success: [putK, putK] }));
    expect(answers).toEqual([
      refusal(STATUS.invalidArgument, "duplicate key given in txn request"),
    ]);
    expect(member.log.proposed).toHaveLength(0);
  });

  test("is refused when it is too long, and with a revision that does not exist", () => {
    const many = encodeTxn({ success: Array.from({ length: 129 }, () => getK(false)) });
    expect(member.call(`${KV}/Txn`, many)).toEqual(
      refusal(STATUS.invalidArgument, "too many operations in txn request"),
    );
    expect(new MemberUnderTest({ txnOpsMax: 129 }).call(`${KV}/Txn`, many).code).toBe(STATUS.ok);
    const future = encodeTxn({ success: [putK, { ...getK(false), revision: 99 }] });
    expect(member.call(`${KV}/Txn`, future)).toEqual(
      refusal(STATUS.outOfRange, "mvcc: required revision is a future revision"),
    );
    expect(revisionOf(range("k"))).toBe(1);
  });
});

describe("Compact", () => {
  test("ends history where it is told to", () => {
    put("k", "1");
    put("k", "2");
    put("k", "3");
    expect(revisionOf(member.ok(`${KV}/Compact`, encodeCompaction({ revision: 3 })))).toBe(4);
    expect(pairsAt(range("k", { revision: 3 }), 2)).toEqual(["k=2"]);
    const compacted = refusal(STATUS.outOfRange, "mvcc: required revision has been compacted");
    expect(member.call(`${KV}/Range`, encodeRange({ key: bytes("k"), revision: 2 }))).toEqual(
      compacted,
    );
    const again = encodeCompaction({ revision: 3, physical: true });
    expect(member.call(`${KV}/Compact`, again)).toEqual(compacted);
    expect(member.call(`${KV}/Compact`, encodeCompaction({ revision: 5 }))).toEqual(
      refusal(STATUS.outOfRange, "mvcc: required revision is a future revision"),
    );
  });

  test("answers a physical one when the memory is given back, any other when it is applied", () => {
    for (let i = 0; i < 3000; i++) put("k", "v");
    const compact = (revision: number, physical: boolean): readonly unknown[] => {
      const request = encodeCompaction({ revision, physical });
      const { answers } = member.begin(`${KV}/Compact`, request);
      member.commit();
      return answers;
    };
    expect(compact(3, false)).toHaveLength(1);
    const before = member.machine.store.bytes;
    const answers = compact(3001, true);
    let turns = 0;
    for (; answers.length === 0 && turns < 100; turns++) member.turn();
    expect(turns).toBeGreaterThan(3);
    expect(answers).toHaveLength(1);
    expect(member.machine.store.bytes).toBeLessThan(before / 1000);
    expect(member.turn()).toBe(false);
  });

  test("that another member asked for is noticed, and swept in the background", () => {
    for (let i = 0; i < 10; i++) put("k", "v");
    const { store } = member.machine;
    store.compact(9);
    const before = store.bytes;
    for (let i = 0; i < 100; i++) member.member.sweeper.tick();
    expect(member.member.work.isFull).toBe(false);
    while (member.turn());
    expect(store.bytes).toBeLessThan(before);
    expect(store.isSweeping).toBe(false);
    member.member.sweeper.tick();
    expect(member.deferred).toHaveLength(0);
  });
});

test.each([
  ["Range", encodeRange({}), "key is not provided"],
  ["Range", Uint8Array.of(0x0a, 1, 0x61, 0x28, 9), "invalid sort option"],
  ["Put", encodePut({ value: bytes("v") }), "key is not provided"],
  [
    "Put",
    encodePut({ key: bytes("k"), value: bytes("v"), ignoreValue: true }),
    "value is provided",
  ],
  ["Put", encodePut({ key: bytes("k"), lease: 1n, ignoreLease: true }), "lease is provided"],
  ["Put", encodePut({ key: bytes("k"), ignoreValue: true }), "key not found"],
  ["Put", encodePut({ key: bytes("k"), ignoreLease: true }), "key not found"],
  ["DeleteRange", encodeDeleteRange({}), "key is not provided"],
  ["Txn", encodeTxn({ success: [null] }), "key not found"],
])("%s refuses case %#: %s", (method, request, text) => {
  expect(member.call(`${KV}/${method}`, request)).toEqual(refusal(STATUS.invalidArgument, text));
});

test("a lease that does not exist is not found", () => {
  const request = encodePut({ key: bytes("k"), lease: 0xdeadbeefn });
  expect(member.call(`${KV}/Put`, request)).toEqual(
    refusal(STATUS.notFound, "requested lease not found"),
  );
});

test.each([
  ["etcd's own limit", undefined, 1.5 * 1024 * 1024],
  ["a limit of one's own", 1000, 1000],
])("with %s a request beyond it is too large, one at it is not", (_, requestBytesMax, limit) => {
  member = new MemberUnderTest(requestBytesMax === undefined ? {} : { requestBytesMax });
  const overhead = encodePut({ key: bytes("k"), value: new Uint8Array(limit / 2) });
  const room = limit - (overhead.length - limit / 2);
  const most = encodePut({ key: bytes("k"), value: new Uint8Array(room) });
  expect(most).toHaveLength(limit);
  expect(member.call(`${KV}/Put`, most).code).toBe(STATUS.ok);
  const tooMuch = encodePut({ key: bytes("k"), value: new Uint8Array(room + 1) });
  expect(member.call(`${KV}/Put`, tooMuch)).toEqual(
    refusal(STATUS.invalidArgument, "request is too large"),
  );
});

test("bytes that are no request fail the call and nothing else", () => {
  for (const method of ["Range", "Put", "DeleteRange", "Txn", "Compact"]) {
    const answer = member.call(`${KV}/${method}`, Uint8Array.of(0x0a, 0xff));
    expect(answer.code).toBe(STATUS.internal);
  }
});

test("reads are counted where they are answered, writes where they are applied", () => {
  put("k", "1");
  range("k");
  range("k", { serializable: true });
  member.call(`${KV}/Range`, encodeRange({ key: bytes("k"), revision: 99 }));
  member.ok(`${KV}/Txn`, encodeTxn({ success: [decodeRange(encodeRange({ key: bytes("k") }))] }));
  const { ranges, puts, txns } = member.machine.operations;
  expect({ ranges, puts, txns }).toEqual({ ranges: 3, puts: 1, txns: 1 });
});
