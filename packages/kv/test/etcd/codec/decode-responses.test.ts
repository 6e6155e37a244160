import { describe, expect, test } from "vitest";
import {
  decodeAlarmResponse,
  decodeDeleteRangeResponse,
  decodeHashKvResponse,
  decodeHeaderAlone,
  decodeLeaseAnswer,
  decodeLeaseList,
  decodeLeaseTimeToLiveAnswer,
  decodeMemberListResponse,
  decodePutResponse,
  decodeRangeResponse,
  decodeSnapshotResponse,
  decodeStatusResponse,
  decodeTxnResponse,
  decodeWatchAnswer,
  ProtoWriter,
} from "../../../src/etcd/codec/index.ts";

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));
const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** What etcd 3.4.23 answered to a member called default with two keys, byte for byte. */
const ANSWERS = {
  put: "0a1a089ef7b1dac7dde5e9df0110e88a8e94a59dc589ec0118032002120e0a026b311002180220012a027631",
  range:
    "0a1a089ef7b1dac7dde5e9df0110e88a8e94a59dc589ec0118042002120e0a026b311002180320022a02763218012002",
  status:
    "0a1a089ef7b1dac7dde5e9df0110e88a8e94a59dc589ec01180420021206332e342e32331880a00120e88a8e94a59d" +
    "c589ec0128073002380748808001",
  hashKv:
    "0a1a089ef7b1dac7dde5e9df0110e88a8e94a59dc589ec011804200210d09bd1f80618ffffffffffffffffff01",
  memberList:
    "0a18089ef7b1dac7dde5e9df0110e88a8e94a59dc589ec012002124408e88a8e94a59dc589ec01120764656661756c" +
    "741a16687474703a2f2f3132372e302e302e313a34313338302216687474703a2f2f3132372e302e302e313a343133" +
    "3739",
  deleteRange:
    "0a1a089ef7b1dac7dde5e9df0110e88a8e94a59dc589ec011805200210021a0e0a026b311002180320022a0276321a" +
    "0a0a026b32100418042001",
};
const answer = (name: keyof typeof ANSWERS): Uint8Array => bytes(ANSWERS[name]);

const MEMBER_ID = 17010963214147749224n;
const CLUSTER_ID = 16128400632968936350n;
const header = { clusterId: CLUSTER_ID, memberId: MEMBER_ID, raftTerm: 2 };
const k1 = { key: text("k1"), createRevision: 2, lease: 0n };

describe("answers of a real etcd", () => {
  test("to put", () => {
    expect(decodePutResponse(answer("put"))).toEqual({
      kind: "put",
      header: { ...header, revision: 3 },
      prevKv: { ...k1, modRevision: 2, version: 1, value: text("v1") },
    });
  });

  test("to a range", () => {
    expect(decodeRangeResponse(answer("range"))).toEqual({
      kind: "range",
      header: { ...header, revision: 4 },
      kvs: [{ ...k1, modRevision: 3, version: 2, value: text("v2") }],
      more: true,
      count: 2,
    });
  });

  test("to a deletion", () => {
    expect(decodeDeleteRangeResponse(answer("deleteRange"))).toMatchObject({
      header: { ...header, revision: 5 },
      deleted: 2,
      prevKvs: [{ key: text("k1") }, { key: text("k2"), version: 1 }],
    });
  });

  test("to status, hash and member list", () => {
    expect(decodeStatusResponse(answer("status"))).toEqual({
      header: { ...header, revision: 4 },
      version: "3.4.23",
      dbSize: 20480,
      dbSizeInUse: 16384,
      leader: MEMBER_ID,
      raftIndex: 7,
      raftTerm: 2,
      raftAppliedIndex: 7,
      errors: [],
      isLearner: false,
    });
    expect(decodeHashKvResponse(answer("hashKv"))).toMatchObject({
      hash: 1863601616,
      compactRevision: -1,
    });
    expect(decodeMemberListResponse(answer("memberList")).members).toEqual([
      {
        id: MEMBER_ID,
        name: "default",
        peerUrls: ["http://127.0.0.1:41380"],
        clientUrls: ["http://127.0.0.1:41379"],
        isLearner: false,
      },
    ]);
  });
});

const HEADER = "0a021805";

describe("answers written by hand from the field numbers", () => {
  test("to a transaction, with one in it", () => {
    const put = "1a04 1202 0a00";
    const nested = "1a0e 220c 1001 1a08 0a06 1204 0a026b31";
    expect(decodeTxnResponse(bytes(HEADER + "1001" + put + nested))).toMatchObject({
      header: { revision: 5 },
      succeeded: true,
      responses: [
        { kind: "put", prevKv: null },
        {
          kind: "txn",
          succeeded: true,
          responses: [{ kind: "range", kvs: [{ key: text("k1") }] }],
        },
      ],
    });
  });

  test("on a watch stream", () => {
    const put = "5a0a 1208 0a026b31 1803 2001";
    const deletion = "5a0e 0801 1206 0a026b31 1804 1a02 2001";
    const flags = "10ffffffffffffffffff01 1801 2001 2807 320162 3801";
    expect(decodeWatchAnswer(bytes(HEADER + flags + put + deletion))).toMatchObject({
      header: { revision: 5 },
      watchId: -1n,
      created: true,
      canceled: true,
      compactRevision: 7,
      cancelReason: "b",
      fragment: true,
      events: [
        { kind: "put", kv: { key: text("k1"), modRevision: 3, version: 1 }, prevKv: null },
        { kind: "delete", kv: { modRevision: 4 }, prevKv: { version: 1 } },
      ],
    });
  });

  test("about leases", () => {
    expect(decodeLeaseAnswer(bytes(HEADER + "1007 183c"))).toMatchObject({
      id: 7n,
      ttlSeconds: 60,
    });
    expect(
      decodeLeaseTimeToLiveAnswer(bytes("1007 18ffffffffffffffffff01 203c 2a016b")),
    ).toMatchObject({ id: 7n, ttlSeconds: -1, grantedSeconds: 60, keys: [text("k")] });
    expect(decodeLeaseList(bytes(HEADER + "12020807 12020809"))).toEqual([7n, 9n]);
  });

  test("about alarms and snapshots", () => {
    expect(decodeAlarmResponse(bytes("120408071001 12020809"))).toEqual([
      { memberId: 7n, alarm: "noSpace" },
      { memberId: 9n, alarm: null },
    ]);
    expect(decodeSnapshotResponse(bytes("1005 1a0161"))).toEqual({
      remainingBytes: 5,
      blob: text("a"),
    });
    expect(decodeHeaderAlone(bytes(HEADER)).revision).toBe(5);
  });
});

describe("answers", () => {
  test("without a field have its zero", () => {
    expect(decodePutResponse(new Uint8Array())).toMatchObject({
      prevKv: null,
      header: { revision: 0, memberId: 0n },
    });
  });

  test("with fields that we do not know", () => {
    const unknown = "7901020304050607087d01020304";
    expect(decodeStatusResponse(bytes("1203332e35" + unknown)).version).toBe("3.5");
  });

  test.each([
    ["cut off in a field", "0a05616263", /a field is cut off/],
    ["cut off in a number", "18ff", /an integer is cut off/],
    ["with an endless number", "18ffffffffffffffffffff01", /an integer of more than ten bytes/],
    ["with a wire type that there is not", "0e", /wire type 6/],
  ])("that are malformed: %s", (_, hex, message) => {
    expect(() => decodeStatusResponse(bytes(hex))).toThrow(message);
  });

  test("that count further than we can", () => {
    expect(() => decodeStatusResponse(bytes("18ffffffffffffffff7f"))).toThrow(/beyond 2\^53/);
    expect(() => decodeHeaderAlone(bytes("0a0a18ffffffffffffffff7f"))).toThrow(/beyond 2\^53/);
  });

  test("with an operation of no known kind", () => {
    expect(() => decodeTxnResponse(bytes("1a00"))).toThrow(/a kind that is not known/);
  });

  test("nested deeper than any request", () => {
    let message = new Uint8Array();
    for (let depth = 0; depth < 70; depth++) {
      const response = new ProtoWriter().message(4, message).finish();
      message = Uint8Array.from(new ProtoWriter().message(3, response).finish());
    }
    expect(() => decodeTxnResponse(message)).toThrow(/nested more than 64 deep/);
  });
});
