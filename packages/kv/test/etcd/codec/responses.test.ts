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
  key,
  create,
  mod,
  count: version,
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

  // The length of a message stands before it, in as many bytes as it takes: 127 is the most in one.
  test.each([0, 1, 117, 118, 119, 120, 300, 16_370, 16_380, 16_390, 3_000_000])(
    "with a value of %i bytes",
    (size) => {
      const value = "v".repeat(size);
      const kvs = [kv("k", 2, 2, 1, value), kv("l", 3, 3, 1, "1")];
      const response: OpResult = { kind: "range", kvs, more: false, count: 2 };
      const bytes = (text: string): Uint8Array => new ProtoWriter().raw(bytesOf(text)).finish();
      const first = new ProtoWriter().bytes(1, bytes("k")).int64(2, 2).int64(3, 2).int64(4, 1);
      const second = new ProtoWriter().bytes(1, bytes("l")).int64(2, 3).int64(3, 3).int64(4, 1);
      const range = new ProtoWriter()
        .message(2, first.bytes(5, bytes(value)).finish())
        .message(2, second.bytes(5, bytes("1")).finish())
        .int64(4, 2);
      expect(body(response) === hex(range.finish())).toBe(true);
      const header = new ProtoWriter().int64(3, 9).finish();
      const op = new ProtoWriter().message(1, header).raw(range.finish());
      const txn = new ProtoWriter()
        .bool(2, true)
        .message(3, new ProtoWriter().message(1, op.finish()).finish());
      const nested = body({ kind: "txn", succeeded: true, responses: [response] }, 9);
      expect(nested === hex(txn.finish())).toBe(true);
    },
  );
});

describe("a writer", () => {
  test("can be used again, and keeps little memory", () => {
    const writer = new ProtoWriter();
    writer.bytes(1, new Uint8Array(1_000_000));
    expect(writer.finish().buffer.byteLength).toBeGreaterThan(1_000_000);
    expect(hex(writer.reset().latin1(1, "\0a\u00ff").finish())).toBe("0a030061ff");
    expect(writer.finish().buffer.byteLength).toBeLessThan(100_000);
  });
});
