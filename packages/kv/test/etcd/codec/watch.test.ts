import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeWatchRequest,
  encodeWatchCancel,
  encodeWatchCreate,
  encodeWatchProgress,
  HeaderWriter,
  ProtoWriter,
  WatchEvent,
  watchIdField,
  WatchResponseWriter,
  type KeyValue,
  type WatchResponse,
} from "../../../src/etcd/codec/index.ts";
import { bytesOf } from "../apply/commands.ts";
import { responseLine } from "../watch/response-line.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const anyBytes = fc.uint8Array({ maxLength: 20 });
const anyId = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe("requests", () => {
  const anyCreate = fc.record({
    key: anyBytes,
    rangeEnd: anyBytes,
    startRevision: fc.maxSafeInteger(),
    progressNotify: fc.boolean(),
    noPut: fc.boolean(),
    noDelete: fc.boolean(),
    prevKv: fc.boolean(),
    watchId: anyId,
    fragment: fc.boolean(),
  });

  test("come back as they were", () => {
    fc.assert(
      fc.property(anyCreate, anyId, (create, watchId) => {
        expect(decodeWatchRequest(encodeWatchCreate(create))).toEqual({
          kind: "create",
          ...create,
        });
        expect(decodeWatchRequest(encodeWatchCancel(watchId))).toEqual({ kind: "cancel", watchId });
      }),
    );
    expect(decodeWatchRequest(encodeWatchProgress())).toEqual({ kind: "progress" });
    expect(decodeWatchRequest(new Uint8Array(0))).toEqual({ kind: "unknown" });
  });

  test.each([
    ["0a100a0161120162180520012a0200013001", { noPut: true, noDelete: true, prevKv: true }],
    ["0a100a016112016218052001280128013000", { noPut: false, noDelete: true, prevKv: false }],
    ["0a0e0a01611201621805200128002809", { noPut: true, noDelete: false, prevKv: false }],
  ])("filters come packed or one by one: %s", (bytes, expected) => {
    expect(decodeWatchRequest(Uint8Array.from(Buffer.from(bytes, "hex")))).toMatchObject({
      kind: "create",
      key: bytesOf("a"),
      rangeEnd: bytesOf("b"),
      startRevision: 5,
      progressNotify: true,
      ...expected,
    });
  });

  test.each([...encodeWatchCreate({ key: bytesOf("key"), startRevision: 300 }).keys()].slice(1))(
    "cut off at byte %i are refused",
    (end) => {
      const bytes = encodeWatchCreate({ key: bytesOf("key"), startRevision: 300 });
      expect(() => decodeWatchRequest(bytes.subarray(0, end))).toThrow(
        expect.objectContaining({ code: "ERR_MALFORMED" }),
      );
    },
  );

  test("of any bytes are read or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeWatchRequest(bytes);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "ERR_MALFORMED" });
        }
      }),
    );
  });
});

describe("responses", () => {
  const writer = new WatchResponseWriter(new HeaderWriter(1n, 2n));

  function written(response: WatchResponse, term = 3): Uint8Array {
    const size = writer.begin(response, term);
    const into = new Uint8Array(size + 20).fill(0xee);
    writer.writeTo(into, 10);
    expect([...into.subarray(0, 10), ...into.subarray(10 + size)]).toEqual(Array(20).fill(0xee));
    return into.subarray(10, 10 + size);
  }

  const kv = (key: string, mod: number, value: string | null): KeyValue => {
    const life = value === null ? { create: 0, count: 0 } : { create: 4, count: 2 };
    return { key, mod, ...life, value: bytesOf(value ?? ""), lease: 0n };
  };

  const put = new WatchEvent(kv("a", 9, "new"), kv("a", 8, "old"));
  const deletion = new WatchEvent(kv("\u00ff", 9, null), kv("\u00ff", 8, "x"));

  test.each<[string, WatchResponse, string]>([
    ["created", { kind: "created", revision: 9, watchId: 0n }, "0a0808011002180920031801"],
    [
      "refused",
      { kind: "refused", revision: 9, reason: "no" },
      "0a08080110021809200310ffffffffffffffffff011801200132026e6f",
    ],
    [
      "canceled",
      { kind: "canceled", revision: 9, watchId: 300n },
      "0a08080110021809200310ac022001",
    ],
    ["compacted", { kind: "compacted", watchId: 1n, compacted: 7 }, "0a06080110022003100120012807"],
    ["progress", { kind: "progress", revision: 9, watchId: 1n }, "0a0808011002180920031001"],
  ])("%s", (_, response, expected) => {
    expect(hex(written(response))).toBe(expected);
  });

  const told = (withPrev: boolean, isFragment = false, revision = 9): WatchResponse => {
    const events = [put, deletion];
    const bytes = events.reduce((size, event) => size + event.bytes(withPrev).length, 0);
    const id = watchIdField(5n);
    return { kind: "events", revision, watchIdField: id, events, withPrev, bytes, isFragment };
  };

  test("events, with what was before or without", () => {
    const header = "0a080801100218092003";
    const newKv = "0a01611004180920022a036e6577";
    const oldKv = "0a01611004180820022a036f6c64";
    expect(hex(written(told(false)))).toBe(`${header}10055a10120e${newKv}5a09080112050a01ff1809`);
    expect(hex(written(told(true, true)))).toBe(
      `${header}100538015a20120e${newKv}1a0e${oldKv}` +
        `5a17080112050a01ff18091a0c0a01ff1004180820022a0178`,
    );
    expect(responseLine(written(told(true)))).toBe("#5 @9 a=new@9[old@8] -\ufffd@9[x@8]");
  });

  test("say the revision and the term that they are begun with", () => {
    const lines = [told(false), told(false, false, 10), told(false)].map((response) =>
      hex(written(response)).slice(0, 20),
    );
    expect(lines).toEqual(["0a080801100218092003", "0a0808011002180a2003", "0a080801100218092003"]);
    expect(hex(written(told(false), 4)).slice(0, 20)).toBe("0a080801100218092004");
  });
});

test("an event of any size is a field of its own", () => {
  fc.assert(
    fc.property(fc.nat({ max: 70_000 }), fc.nat({ max: 300 }), (valueSize, keySize) => {
      const value = new Uint8Array(valueSize);
      const key = "k".repeat(keySize + 1);
      const event = new WatchEvent({ key, mod: 9, create: 9, count: 1, lease: 7n, value }, null);
      const plain = new ProtoWriter().message(1, new Uint8Array(0)).raw(event.bytes(true));
      expect(responseLine(plain.finish())).toMatch(/^#0 @0 k+=|^#0 @0 \d+×k=/);
    }),
    { numRuns: 50 },
  );
});
