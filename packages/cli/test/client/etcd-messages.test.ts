import { describe, expect, test } from "vitest";
import {
  decodeDeleteRangeResponse,
  decodeHashKvResponse,
  decodeMemberListResponse,
  decodePutResponse,
  decodeRangeResponse,
  decodeStatusResponse,
  encodeDeleteRangeRequest,
  encodeHashKvRequest,
  encodeMemberListRequest,
  encodePutRequest,
  encodeRangeRequest,
  encodeStatusRequest,
} from "../../src/client/etcd-messages.ts";
import { ProtobufFields } from "../../src/client/protobuf-fields.ts";
import { protobufMessage } from "../../src/client/protobuf-message.ts";

const text = (value: string): Uint8Array => Buffer.from(value);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("requests", () => {
  test("put every field under its number", () => {
    const range = {
      key: text("a"),
      rangeEnd: text("b"),
      limit: 300,
      revision: 4,
      sortOrder: 2,
      sortTarget: 3,
      serializable: true,
      keysOnly: true,
      countOnly: true,
    };
    expect(hex(encodeRangeRequest(range))).toBe("0a016112016218ac02200428023003380140014801");
    expect(hex(encodePutRequest({ key: text("a"), value: text("b"), prevKv: true }))).toBe(
      "0a01611201622001",
    );
    expect(
      hex(encodeDeleteRangeRequest({ key: text("a"), rangeEnd: text("b"), prevKv: true })),
    ).toBe("0a01611201621801");
    expect(hex(encodeHashKvRequest(7))).toBe("0807");
    expect(hex(encodeMemberListRequest(true))).toBe("0801");
  });

  test("leave out what is zero", () => {
    expect(hex(encodePutRequest({ key: text("a"), value: text(""), prevKv: false }))).toBe(
      "0a0161",
    );
    expect(hex(encodeStatusRequest())).toBe("");
  });

  test("carry numbers beyond 32 bits", () => {
    expect(new ProtobufFields(protobufMessage([3, Number.MAX_SAFE_INTEGER])).number(3)).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });
});

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
const answer = (name: keyof typeof ANSWERS): Uint8Array => Buffer.from(ANSWERS[name], "hex");

const MEMBER_ID = 17010963214147749224n;
const CLUSTER_ID = 16128400632968936350n;
const k1 = { key: text("k1"), createRevision: 2, lease: 0n };

describe("answers", () => {
  const header = { clusterId: CLUSTER_ID, memberId: MEMBER_ID, raftTerm: 2 };

  test("to put", () => {
    expect(decodePutResponse(answer("put"))).toEqual({
      header: { ...header, revision: 3 },
      prevKv: { ...k1, modRevision: 2, version: 1, value: text("v1") },
    });
  });

  test("to a range", () => {
    expect(decodeRangeResponse(answer("range"))).toEqual({
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
      leader: MEMBER_ID,
      raftIndex: 7,
      raftTerm: 2,
      raftAppliedIndex: 7,
      errors: [],
    });
    expect(decodeHashKvResponse(answer("hashKv")).hash).toBe(1863601616);
    expect(decodeMemberListResponse(answer("memberList")).members).toEqual([
      {
        id: MEMBER_ID,
        name: "default",
        peerUrls: ["http://127.0.0.1:41380"],
        clientUrls: ["http://127.0.0.1:41379"],
      },
    ]);
  });

  test("without a former value", () => {
    expect(decodePutResponse(new Uint8Array()).prevKv).toBe(null);
  });

  test("with fields that we do not know", () => {
    const unknown = Buffer.from("7901020304050607087d01020304", "hex");
    const status = Buffer.concat([protobufMessage([2, text("3.5.0")]), unknown]);
    expect(decodeStatusResponse(status).version).toBe("3.5.0");
  });

  test.each([
    ["cut off in a field", "0a05616263", /it is cut off/],
    ["cut off in a number", "08ff", /it is cut off/],
    ["with an endless number", "08ffffffffffffffffffff01", /a number has no end/],
    ["with a group", "0b0c", /wire type 3 is not known/],
    ["with a number where bytes belong", "1001", /field 2 is a number/],
  ])("that are malformed: %s", (_, bytes, message) => {
    expect(() => decodeStatusResponse(Buffer.from(bytes, "hex"))).toThrow(message);
  });

  test("that count further than we can", () => {
    const bytes = Buffer.from("18ffffffffffffffff7f", "hex");
    expect(() => decodeStatusResponse(bytes)).toThrow(/field 3 is too large/);
  });
});
