import { Prng, QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import {
  decodeCompaction,
  decodeDeleteRange,
  decodeHealthCheck,
  decodeMemberAttributes,
  decodeMemberList,
  decodePut,
  decodeRange,
  decodeTxn,
  encodeCompaction,
  encodeDeleteRange,
  encodeMemberAttributes,
  encodePut,
  encodeRange,
  encodeTxn,
  type Compare,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
} from "../../../src/etcd/codec/index.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const unhex = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const DECODERS = { decodeRange, decodePut, decodeDeleteRange, decodeTxn, decodeCompaction };

/** Numbers at which encodings change length or sign. */
const NUMBERS = [
  0,
  1,
  127,
  128,
  16_384,
  2 ** 31,
  2 ** 32 + 5,
  Number.MAX_SAFE_INTEGER,
  -1,
  -(2 ** 40),
];
const LEASES = [0n, 1n, 0x7fff_ffff_ffff_ffffn, -1n, 1n << 40n];

function anyBytes(prng: Prng): Uint8Array {
  return Uint8Array.from({ length: prng.below(20) }, () => prng.below(256));
}

function anyRange(prng: Prng): RangeRequest {
  return {
    kind: "range",
    key: anyBytes(prng),
    rangeEnd: anyBytes(prng),
    limit: prng.pick(NUMBERS),
    revision: prng.pick(NUMBERS),
    sortOrder: prng.pick(["none", "ascend", "descend"] as const),
    sortTarget: prng.pick(["key", "version", "create", "mod", "value"] as const),
    serializable: prng.chance(0.5),
    keysOnly: prng.chance(0.5),
    countOnly: prng.chance(0.5),
    minModRevision: prng.pick(NUMBERS),
    maxModRevision: prng.pick(NUMBERS),
    minCreateRevision: prng.pick(NUMBERS),
    maxCreateRevision: prng.pick(NUMBERS),
  };
}

function anyPut(prng: Prng): PutRequest {
  return {
    kind: "put",
    key: anyBytes(prng),
    value: anyBytes(prng),
    lease: prng.pick(LEASES),
    prevKv: prng.chance(0.5),
    ignoreValue: prng.chance(0.5),
    ignoreLease: prng.chance(0.5),
  };
}

function anyCompare(prng: Prng): Compare {
  const number = prng.pick(NUMBERS);
  return {
    key: anyBytes(prng),
    rangeEnd: anyBytes(prng),
    result: prng.pick(["equal", "greater", "less", "notEqual"] as const),
    target: prng.pick<Compare["target"]>([
      { kind: "version", number },
      { kind: "create", number },
      { kind: "mod", number },
      { kind: "value", value: anyBytes(prng) },
      { kind: "lease", lease: prng.pick(LEASES) },
    ]),
  };
}

function anyOp(prng: Prng, depth: number): RequestOp {
  switch (prng.below(depth === 0 ? 3 : 4)) {
    case 0:
      return anyRange(prng);
    case 1:
      return anyPut(prng);
    case 2:
      return { kind: "deleteRange", key: anyBytes(prng), rangeEnd: anyBytes(prng), prevKv: true };
    default:
      return anyTxn(prng, depth - 1);
  }
}

function anyTxn(prng: Prng, depth: number): TxnRequest {
  const some = <T>(make: () => T): T[] => Array.from({ length: prng.below(4) }, make);
  return {
    kind: "txn",
    compare: some(() => anyCompare(prng)),
    success: some(() => anyOp(prng, depth)),
    failure: some(() => anyOp(prng, depth)),
  };
}

function nested(levels: number): Uint8Array {
  let txn: TxnRequest = { kind: "txn", compare: [], success: [], failure: [] };
  for (let i = 0; i < levels; i++) txn = { ...txn, success: [txn] };
  return encodeTxn(txn);
}

/** What a decoder makes of bytes: a request, or the one error that it may throw. */
function outcome(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(QuorateError);
    expect(thrown).toHaveProperty("code", "ERR_MALFORMED");
    return "malformed";
  }
}

describe("a request survives being encoded and decoded", () => {
  test.each(Array.from({ length: 200 }, (_, seed) => [seed]))("seed %i", (seed) => {
    const prng = new Prng(seed);
    const range = anyRange(prng);
    expect(decodeRange(encodeRange(range))).toEqual(range);
    const put = anyPut(prng);
    expect(decodePut(encodePut(put))).toEqual(put);
    const txn = anyTxn(prng, 2);
    expect(decodeTxn(encodeTxn(txn))).toEqual(txn);
  });

  test("deletions, compactions and announcements too", () => {
    const deletion = {
      kind: "deleteRange",
      key: bytesOf("a"),
      rangeEnd: bytesOf("\0"),
      prevKv: true,
    } as const;
    expect(decodeDeleteRange(encodeDeleteRange(deletion))).toEqual(deletion);
    for (const revision of NUMBERS) {
      const compaction = { kind: "compact", revision, physical: true } as const;
      expect(decodeCompaction(encodeCompaction(compaction))).toEqual(compaction);
    }
    const announced = {
      kind: "memberAttributes",
      id: "8e9e",
      name: "m-ü",
      clientUrls: ["http://a:1", "b"],
    } as const;
    expect(decodeMemberAttributes(encodeMemberAttributes(announced))).toEqual(announced);
  });
});

describe("the wire, byte by byte", () => {
  test("a put has etcd's field numbers", () => {
    const put = decodePut(unhex("0a016b 120176 1807 2001 2801 3001"));
    expect(put).toEqual({
      kind: "put",
      key: bytesOf("k"),
      value: bytesOf("v"),
      lease: 7n,
      prevKv: true,
      ignoreValue: true,
      ignoreLease: true,
    });
  });

  test("the end of a compared range is field 64", () => {
    const [compare] = decodeTxn(unhex("0a0b 1a0161 2000 8204017a 0800")).compare;
    expect(compare?.rangeEnd).toEqual(bytesOf("z"));
  });

  test("an empty message is all zeros", () => {
    expect(decodeRange(new Uint8Array(0))).toMatchObject({
      limit: 0,
      revision: 0,
      sortOrder: "none",
    });
    expect(decodeMemberList(new Uint8Array(0))).toBe(false);
    expect(decodeHealthCheck(new Uint8Array(0))).toBe("");
  });

  test("the last of several values wins", () => {
    expect(decodePut(unhex("0a0161 0a0162")).key).toEqual(bytesOf("b"));
    expect(decodeCompaction(unhex("0805 0806")).revision).toBe(6);
    const [op] = decodeTxn(unhex("120a 0a030a0161 12030a0162")).success;
    expect(op).toMatchObject({ kind: "put", key: bytesOf("b") });
  });

  test("fields that nobody knows are passed over, whatever their type", () => {
    const unknown = "a00601 a1060102030405060708 a206020102 a50601020304";
    expect(decodePut(unhex(`${unknown}0a0161${unknown}`)).key).toEqual(bytesOf("a"));
  });

  test("a number without a name is kept apart from the named ones", () => {
    expect(decodeRange(unhex("2809")).sortOrder).toBeNull();
    expect(decodeRange(unhex("3009")).sortTarget).toBeNull();
    expect(decodeTxn(unhex("0a020809")).compare[0]?.result).toBeNull();
    expect(decodeTxn(unhex("1200")).success).toEqual([null]);
  });

  test("negative numbers and the largest ones keep their order", () => {
    const revision = (hex: string): number => decodeCompaction(unhex(`08${hex}`)).revision;
    expect(revision("ffffffffffffffffff01")).toBe(-1);
    expect(revision("80808080808080808001")).toBeLessThan(Number.MIN_SAFE_INTEGER);
    expect(revision("ffffffffffffffff7f")).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    ["a field number of 0", "0001"],
    ["a length beyond the end", "0a05"],
    ["a number of eleven bytes", "0880808080808080808080800101"],
    ["a number that is cut off", "0880"],
    ["a wire type that does not exist", "0f"],
  ])("%s is malformed", (_, hex) => {
    for (const decode of Object.values(DECODERS))
      expect(outcome(decode, unhex(hex))).toBe("malformed");
  });
});

describe("what is not a request is refused in one way only", () => {
  test("when it is cut off anywhere", () => {
    const prng = new Prng(7);
    for (let i = 0; i < 40; i++) {
      const bytes = encodeTxn(anyTxn(prng, 2));
      for (let length = 0; length < bytes.length; length++)
        outcome(decodeTxn, bytes.subarray(0, length));
    }
    // Cut inside its only field, it cannot pass for a shorter one.
    const put = encodePut({ key: bytesOf("key") });
    for (let length = 1; length < put.length; length++) {
      expect(outcome(decodePut, put.subarray(0, length))).toBe("malformed");
    }
  });

  test("when it is noise, or a request with noise in it", () => {
    const prng = new Prng(11);
    for (let i = 0; i < 3000; i++) {
      const noise = Uint8Array.from({ length: prng.below(40) }, () => prng.below(256));
      for (const decode of Object.values(DECODERS)) outcome(decode, noise);
      const bytes = encodeTxn(anyTxn(prng, 2));
      if (bytes.length > 0) bytes[prng.below(bytes.length)] = prng.below(256);
      outcome(decodeTxn, bytes);
    }
  });

  test("when transactions are nested without end: no deeper than any that is accepted", () => {
    const depth = ({ success: [op] }: TxnRequest): number =>
      op?.kind === "txn" ? 1 + depth(op) : 0;
    expect(depth(decodeTxn(nested(128)))).toBe(128);
    expect(depth(decodeTxn(nested(1000)))).toBe(130);
  });
});
