import { utf8Encode } from "@quorate/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { compare } from "../../src/client/compare.ts";
import { EtcdClient } from "../../src/client/etcd-client.ts";
import { prefix } from "../../src/client/key-range.ts";
import type { KeyValue } from "../../src/client/key-value.ts";
import { op, type PutResult } from "../../src/client/op.ts";
import {
  decodeDeleteRange,
  decodePut,
  decodeRange,
  decodeTxn,
  HeaderWriter,
  ProtoWriter,
  writeOpResult,
  type KeyValue as StoredKeyValue,
  type OpResult,
} from "../../src/etcd/codec/index.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { FakeChannel, settled, type FakeCall } from "./fake-channel.ts";
import { failure } from "./failure.ts";

interface UnderTest {
  readonly channel: FakeChannel;
  readonly client: EtcdClient;
}

function underTest(): UnderTest {
  const channel = new FakeChannel();
  return {
    channel,
    client: new EtcdClient(channel, { clock: new FakeClock(), timeoutMillis: 700 }),
  };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function stored(key: string, value: string, mod: number): StoredKeyValue {
  return { key, value: Buffer.from(value), create: mod, mod, count: 1, lease: 0n };
}

/** An answer as a member writes it. */
function answer(result: OpResult, revision: number): Uint8Array {
  const writer = new HeaderWriter(1n, 2n).write(new ProtoWriter(), revision, 1);
  return writeOpResult(writer, result, revision).finish();
}

describe("one key", () => {
  test("is read", async () => {
    const { channel, client } = underTest();
    const got = client.get("ä", { revision: 4, serializable: true });
    const call = channel.takeCall();
    expect(call.method).toBe("/etcdserverpb.KV/Range");
    expect(call.options).toEqual({ timeoutMillis: 700, repeatable: true, signal: undefined });
    expect(decodeRange(call.request)).toMatchObject({ revision: 4, serializable: true, limit: 0 });
    expect(text(decodeRange(call.request).key)).toBe("ä");
    const kvs = [stored("\u00c3\u00a4", "\ufeffvalue", 3)];
    call.respond(answer({ kind: "range", kvs, more: false, count: 1 }, 9));
    const kv = await got;
    expect(kv).toMatchObject({ keyText: "ä", text: "\ufeffvalue", modRevision: 3, lease: 0n });
  });

  test("that is not there is null", async () => {
    const { channel, client } = underTest();
    const got = client.get("a");
    channel.takeCall().respond(answer({ kind: "range", kvs: [], more: false, count: 0 }, 9));
    expect(await got).toBe(null);
  });

  test("is written, under a lease", async () => {
    const { channel, client } = underTest();
    const done = client.put("a", Uint8Array.of(0xff), { lease: { id: -7n }, prevKv: true });
    const call = channel.takeCall();
    expect(call.options.repeatable).toBe(false);
    expect(decodePut(call.request)).toMatchObject({
      value: Uint8Array.of(0xff),
      lease: -7n,
      prevKv: true,
    });
    call.respond(answer({ kind: "put", prevKv: stored("a", "old", 3) }, 10));
    const { revision, previous } = await done;
    expect([revision, previous?.text]).toEqual([10, "old"]);
  });
});

describe("several keys", () => {
  test("are deleted", async () => {
    const { channel, client } = underTest();
    const done = client.delete(prefix("a/"), { prevKv: true });
    const call = channel.takeCall();
    expect(call).toMatchObject({ method: "/etcdserverpb.KV/DeleteRange" });
    expect(call.options.repeatable).toBe(false);
    expect(text(decodeDeleteRange(call.request).rangeEnd)).toBe("a0");
    const prevKvs = [stored("a/1", "x", 3), stored("a/2", "y", 4)];
    call.respond(answer({ kind: "deleteRange", deleted: 2, prevKvs }, 10));
    const { revision, deleted, previous } = await done;
    expect([revision, deleted, previous.map((kv) => kv.text)]).toEqual([10, 2, ["x", "y"]]);
  });

  test("are read sorted and filtered", () => {
    const { channel, client } = underTest();
    void client.range("a", { sortBy: "create", minModRevision: 3, keysOnly: true, limit: 2 });
    void client.range("a", { sortBy: "value", order: "descend" });
    void client.range("a", { order: "descend" });
    const asked = channel.calls.map(({ request }) => decodeRange(request));
    expect(asked).toMatchObject([
      { sortTarget: "create", sortOrder: "ascend", minModRevision: 3, keysOnly: true, limit: 2 },
      { sortTarget: "value", sortOrder: "descend" },
      { sortTarget: "key", sortOrder: "descend" },
    ]);
  });

  /** Answers the pages of three keys, and checks that each asks for what is left. */
  async function answerPages(channel: FakeChannel, begun: number): Promise<void> {
    const kvs = [stored("a/1", "x", 3), stored("a/2", "y", 4), stored("a/3", "z", 5)];
    for (const [from, key, revision] of [
      [0, "a/", begun],
      [2, "a/2\0", 8],
    ] as const) {
      const call = channel.takeCall();
      const asked = decodeRange(call.request);
      expect([text(asked.key), text(asked.rangeEnd)]).toEqual([key, "a0"]);
      expect([asked.limit, asked.revision]).toEqual([2, revision]);
      const page = kvs.slice(from, from + 2);
      // The keyspace goes on meanwhile.
      const header = from === 0 ? 8 : 20;
      call.respond(answer({ kind: "range", kvs: page, more: from === 0, count: 3 }, header));
      await settled();
    }
  }

  test("are read in pages, all at the revision of the first", async () => {
    const { channel, client } = underTest();
    const all = client.getAll(prefix("a/"), { pageSize: 2 });
    await answerPages(channel, 0);
    const { revision, kvs } = await all;
    expect([revision, kvs.map((kv) => kv.text)]).toEqual([8, ["x", "y", "z"]]);
  });

  test("are gone through, a page at a time, at the revision that was asked for", async () => {
    const { channel, client } = underTest();
    const seen: string[] = [];
    const walk = (async () => {
      for await (const kv of client.iterate(prefix("a/"), { pageSize: 2, revision: 8 })) {
        seen.push(kv.text);
      }
    })();
    await settled();
    expect(channel.calls).toHaveLength(1);
    await answerPages(channel, 8);
    await walk;
    expect(seen).toEqual(["x", "y", "z"]);
  });

  test("are read no further than somebody wants them", async () => {
    const { channel, client } = underTest();
    const keys = client.iterate("a", { pageSize: 1 });
    const first = keys.next();
    const kvs = [stored("a", "x", 3)];
    await settled();
    channel.takeCall().respond(answer({ kind: "range", kvs, more: true, count: 2 }, 8));
    expect((await first).value).toMatchObject({ text: "x" });
    await keys.return(undefined);
    await settled();
    expect(channel.calls).toHaveLength(0);
  });
});

describe("a transaction", () => {
  test("carries its conditions and both lists, and answers the branch that was taken", async () => {
    const { channel, client } = underTest();
    const txn = client
      .txn()
      .if(compare("a").version.equals(0), compare("b").value.differsFrom("x"))
      .if(compare(prefix("c")).modRevision.isBelow(7))
      .do(op.put("a", "1"), op.get("b"))
      .else(op.delete(prefix("c")))
      .else(op.range("d"));
    const done = txn.commit();
    const call = channel.takeCall();
    expect(call.method).toBe("/etcdserverpb.KV/Txn");
    expect(call.options.repeatable).toBe(false);
    const sent = decodeTxn(call.request);
    expect(sent.compare).toMatchObject([
      { result: "equal", target: { kind: "version", number: 0 } },
      { result: "notEqual", target: { kind: "value", value: utf8Encode("x") } },
      { result: "less", target: { kind: "mod", number: 7 }, rangeEnd: utf8Encode("d") },
    ]);
    expect(sent.success.map((part) => part?.kind)).toEqual(["put", "range"]);
    expect(sent.failure.map((part) => part?.kind)).toEqual(["deleteRange", "range"]);
    call.respond(
      answer(
        {
          kind: "txn",
          succeeded: true,
          responses: [
            { kind: "put", prevKv: null },
            { kind: "range", kvs: [stored("b", "y", 3)], more: false, count: 1 },
          ],
        },
        11,
      ),
    );
    const result = await done;
    if (!result.succeeded) throw new Error("the first list happened");
    expectTypeOf(result.results).toEqualTypeOf<readonly [PutResult, KeyValue | null]>();
    expect(result.revision).toBe(11);
    expect(result.results[0]).toEqual({ revision: 11, previous: null });
    expect(result.results[1]?.text).toBe("y");
  });

  test("may stand in another one", async () => {
    const { channel, client } = underTest();
    const inner = client.txn().do(op.get("a"));
    const done = client.txn().do(inner).commit();
    const call = channel.takeCall();
    expect(decodeTxn(call.request).success).toMatchObject([{ kind: "txn", success: [{}] }]);
    const range = { kind: "range", kvs: [stored("a", "x", 3)], more: false, count: 1 } as const;
    const nested = { kind: "txn", succeeded: true, responses: [range] } as const;
    call.respond(answer({ kind: "txn", succeeded: true, responses: [nested] }, 11));
    const result = await done;
    if (!result.succeeded || !result.results[0].succeeded) throw new Error("both succeeded");
    expect(result.results[0].results[0]?.text).toBe("x");
  });

  test("may be repeated when it only reads, or when its writer says so", () => {
    const { channel, client } = underTest();
    const nested = client.txn().do(op.get("a")).else(op.put("b", ""));
    void client
      .txn()
      .do(op.get("a"))
      .else(client.txn().do(op.range("b")))
      .commit();
    void client.txn().do(nested).commit();
    void client.txn().do(op.put("a", "")).commit({ repeatable: true });
    expect(channel.calls.map(({ options }) => options.repeatable)).toEqual([true, false, true]);
  });

  test("does not change by being added to", () => {
    const { channel, client } = underTest();
    const base = client.txn().do(op.get("a"));
    void base.do(op.get("b")).commit();
    void base.commit();
    const lengths = channel.calls.map(({ request }) => decodeTxn(request).success.length);
    expect(lengths).toEqual([2, 1]);
  });

  test.each([
    ["too few answers", { kind: "txn", succeeded: true, responses: [] }, /answered 0 of 1/],
    [
      "an answer of another kind",
      { kind: "txn", succeeded: true, responses: [{ kind: "put", prevKv: null }] },
      /answered a range with a put/,
    ],
  ] as const)("is not understood with %s", async (_, result, message) => {
    const { channel, client } = underTest();
    const failed = failure(client.txn().do(op.get("a")).commit());
    channel.takeCall().respond(answer(result, 3));
    expect(await failed).toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(message),
    });
  });
});

describe("a call", () => {
  test("takes a timeout and a signal of its own", () => {
    const { channel, client } = underTest();
    const { signal } = new AbortController();
    void client.compact(7, { physical: true, timeoutMillis: 9, signal });
    const call: FakeCall = channel.takeCall();
    expect(call.options).toEqual({ timeoutMillis: 9, repeatable: false, signal });
    expect(Buffer.from(call.request).toString("hex")).toBe("08071001");
  });

  test("fails when the answer is no message", async () => {
    const { channel, client } = underTest();
    const read = failure(client.get("a"));
    channel.takeCall().respond(Uint8Array.of(0xff));
    expect(await read).toMatchObject({ code: "INTERNAL", maybeApplied: false });
    const write = failure(client.put("a", ""));
    channel.takeCall().respond(Uint8Array.of(0xff));
    expect(await write).toMatchObject({ code: "INTERNAL", maybeApplied: true });
  });

  test("is refused when too many are under way, until one is answered", async () => {
    const { channel, client } = underTest();
    const calls = Array.from({ length: 16_384 }, () => client.compact(1));
    expect(await failure(client.compact(1))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    channel.takeCall().respond(new Uint8Array());
    await calls[0];
    void client.compact(1);
    expect(channel.calls).toHaveLength(16_384);
  });
});

test("closing closes the channel", () => {
  const { channel, client } = underTest();
  client.close();
  expect(channel.closed).toBe(true);
});
