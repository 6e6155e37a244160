import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metaChecksum } from "../../../src/etcd/bolt/format.ts";
import { BoltReader, BoltWriter, type BoltBucket } from "../../../src/etcd/bolt/index.ts";

type Contents = Readonly<Record<string, readonly (readonly [string, string])[]>>;

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const text = (data: Uint8Array): string => Buffer.from(data).toString("latin1");

function fileOf(contents: Contents): Uint8Array {
  const buckets = Object.entries(contents).map(([name, pairs]): BoltBucket => {
    const items = pairs.map(([key, value]) => ({ key: bytes(key), value: bytes(value) }));
    return { name: bytes(name), items: () => items };
  });
  const writer = new BoltWriter(buckets);
  while (writer.plan(3));
  const file = Buffer.concat([...writer.write()]);
  expect(file).toHaveLength(writer.bytes);
  return Uint8Array.from(file);
}

function contentsOf(file: Uint8Array): Contents {
  const reader = new BoltReader((at, length) => file.subarray(at, at + length));
  return Object.fromEntries(
    [...reader.buckets()].map(({ name, items }) => [
      text(name),
      [...items].map(({ key, value }) => [text(key), text(value)] as const),
    ]),
  );
}

const many = (count: number, valueBytes: number): readonly (readonly [string, string])[] =>
  Array.from({ length: count }, (_, i) => [String(i).padStart(8, "0"), "v".repeat(valueBytes) + i]);

describe("what is written is read", () => {
  test.each([
    ["nothing", {}],
    ["buckets without items", { a: [], b: [] }],
    ["a leaf", { key: many(3, 10) }],
    ["a branch above several leaves", { key: many(500, 20) }],
    ["branches above branches", { key: many(30_000, 200) }],
    [
      "values larger than a page",
      {
        key: [
          ["a", "x".repeat(100_000)],
          ["b", ""],
          ["c", "y"],
        ],
      },
    ],
    [
      "a value that just fits, and one that does not",
      {
        key: [
          ["a", "x".repeat(4096 - 33)],
          ["b", "x".repeat(4096 - 32)],
        ],
      },
    ],
  ] as [string, Contents][])("%s", (_, contents) => {
    expect(contentsOf(fileOf(contents))).toEqual(contents);
  });

  test("whatever it is", () => {
    const letter = fc.constantFrom("a", "b", "\0", "\xff");
    const pair = fc.tuple(
      fc.string({ minLength: 1, maxLength: 30, unit: letter }),
      fc.string({ maxLength: 3000, size: "max", unit: letter }),
    );
    const pairs = fc
      .uniqueArray(pair, { selector: ([key]) => key, maxLength: 60 })
      .map((list) => list.sort(([a], [b]) => (a < b ? -1 : 1)));
    fc.assert(
      fc.property(fc.record({ a: pairs, key: pairs, z: pairs }), (contents) => {
        expect(contentsOf(fileOf(contents))).toEqual(contents);
      }),
    );
  });
});

describe("a damaged file", () => {
  const file = fileOf({ key: many(2000, 20) });
  const damaged = (change: (copy: Uint8Array, view: DataView) => void): Uint8Array => {
    const copy = file.slice();
    change(copy, new DataView(copy.buffer));
    return copy;
  };

  /** Of the bucket: its leaves begin at page 3. */
  const branchPage = file.length - 2 * 4096;

  test("with one bad meta page is read by the other", () => {
    const copy = damaged((_, view) => view.setUint8(4096 + 40, 0xff));
    expect(contentsOf(copy)["key"]).toHaveLength(2000);
  });

  test.each([
    ["no meta page is left", damaged((copy) => copy.fill(0, 0, 8192)), "no valid meta page"],
    ["it is empty", new Uint8Array(0), "no valid meta page"],
    ["it ends early", file.slice(0, 20_000), "cut off"],
    [
      "a page is of the wrong kind",
      damaged((_, view) => view.setUint16(3 * 4096 + 8, 0x10, true)),
      "wrong kind",
    ],
    [
      "an item lies behind its page",
      damaged((_, view) => view.setUint32(3 * 4096 + 16 + 12, 1e6, true)),
      "an item is cut off",
    ],
    [
      "a page has more items than it has room for",
      damaged((_, view) => view.setUint16(3 * 4096 + 10, 60_000, true)),
      "cut off",
    ],
  ])("is refused when %s", (_, copy, why) => {
    expect(() => contentsOf(copy)).toThrow(why);
  });

  test.each([
    [
      "all children of a branch are the same page",
      damaged((_, view) => {
        for (let at = branchPage + 16; at < branchPage + 16 + 16 * 10; at += 16) {
          view.setBigUint64(at + 8, 3n, true);
        }
      }),
      "page 3 has two places",
    ],
    [
      "a branch is its own child",
      damaged((_, view) => view.setBigUint64(branchPage + 16 + 8, BigInt(branchPage / 4096), true)),
      "has two places",
    ],
    [
      "a page goes on over another",
      damaged((_, view) => view.setUint32(3 * 4096 + 12, 1, true)),
      "page 4 has two places",
    ],
    [
      "the items of a page overlap",
      damaged((_, view) => {
        const items = view.getUint16(3 * 4096 + 10, true);
        for (let i = 0; i < items; i++) {
          const element = 3 * 4096 + 16 + 16 * i;
          view.setUint32(element + 4, 4096 - 16 - 16 * i - 1000, true);
          view.setUint32(element + 12, 900, true);
        }
      }),
      "overlap",
    ],
  ])("is refused when %s", (_, copy, why) => {
    expect(() => contentsOf(copy)).toThrow(why);
  });

  test("costs no memory for pages that it only says to have", () => {
    const copy = damaged((all, view) => {
      for (const meta of [16, 4096 + 16]) {
        view.setBigUint64(meta + 40, 2n ** 33n, true);
        view.setBigUint64(meta + 56, metaChecksum(all.subarray(meta, meta + 56)), true);
      }
      view.setUint32(3 * 4096 + 12, 0xffff_fff0, true);
    });
    let most = 0;
    const reader = new BoltReader((at, length) => {
      most = Math.max(most, length);
      return copy.subarray(at, at + length);
    });
    expect(() => [...reader.buckets()].map(({ items }) => [...items])).toThrow("it is cut off");
    expect(most).toBe(4096);
  });

  test("that has more pages than can be counted is none", () => {
    const copy = damaged((all, view) => {
      for (const meta of [16, 4096 + 16]) {
        view.setBigUint64(meta + 40, 2n ** 63n, true);
        view.setBigUint64(meta + 56, metaChecksum(all.subarray(meta, meta + 56)), true);
      }
    });
    expect(() => contentsOf(copy)).toThrow("no valid meta page");
  });

  test("is refused or read, however it is damaged, and never hangs", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, value) => {
        const copy = file.slice();
        copy[at] = value;
        try {
          contentsOf(copy);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "ERR_MALFORMED" });
        }
      }),
    );
  });
});
