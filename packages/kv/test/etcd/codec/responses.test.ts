import { describe, expect, test } from "vitest";
import {
  HeaderWriter,
  ProtoWriter,
  writeOpResult,
  type KeyValue,
  type OpResult,
} from "../../../src/etcd/codec/index.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const plain = (spaced: string): string => spaced.replaceAll(" ", "");

/** The fields of an answer behind its header, as hex. */
const body = (result: OpResult, revision = 0): string =>
  hex(writeOpResult(new ProtoWriter(), result, revision).finish());

const kv = (
  key: string,
  create: number,
  mod: number,
  version: number,
  value: string,
): KeyValue => ({
  key: bytesOf(key),
  createRevision: create,
  modRevision: mod,
  version,
  value: bytesOf(value),
  lease: 0n,
});

// Bodies as etcd 3.4.23 answered them; the headers are worked out by hand.
describe("answers are etcd's, byte for byte", () => {
  test("a range", () => {
    const kvs = [kv("b", 6, 7, 2, "1"), kv("u", 8, 8, 1, "1")];
    expect(body({ kind: "range", kvs, more: false, count: 2 })).toBe(
      plain("120c0a01621006180720022a0131 120c0a01751008180820012a0131 2002"),
    );
  });

  test("a count", () => {
    expect(body({ kind: "range", kvs: [], more: false, count: 2 })).toBe("2002");
  });

  test("a put, which says nothing but its header", () => {
    expect(body({ kind: "put", prevKv: null })).toBe("");
  });

  test("a deletion with what was deleted", () => {
    const prevKvs = [kv("b", 6, 7, 2, "1"), kv("u", 8, 8, 1, "1"), kv("w", 9, 9, 1, "1")];
    expect(body({ kind: "deleteRange", deleted: 3, prevKvs })).toBe(
      plain(
        "1003 1a0c0a01621006180720022a0131 1a0c0a01751008180820012a0131 1a0c0a01771009180920012a0131",
      ),
    );
  });

  test("a header", () => {
    const header = new HeaderWriter(5n, 1n).write(new ProtoWriter(), 2, 2).finish();
    expect(hex(header)).toBe(plain("0a08 0805 1001 1802 2002"));
  });

  test("ids use all 64 bits", () => {
    const header = new HeaderWriter(0xffff_ffff_ffff_ffffn, 1n << 63n).write(
      new ProtoWriter(),
      0,
      0,
    );
    expect(hex(header.finish())).toBe(plain("0a16 08ffffffffffffffffff01 1080808080808080808001"));
  });

  test("a transaction", () => {
    const put: OpResult = { kind: "put", prevKv: null };
    const gone: OpResult = { kind: "deleteRange", deleted: 1, prevKvs: [] };
    expect(body({ kind: "txn", succeeded: true, responses: [gone, put] }, 6)).toBe(
      plain("1001 1a081a060a0218061001 1a0612040a021806"),
    );
  });
});
