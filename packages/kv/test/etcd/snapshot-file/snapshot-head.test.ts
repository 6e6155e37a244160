import { describe, expect, test } from "vitest";
import {
  bodyBytes,
  decodeFileHead,
  encodeSnapshotHead,
  HEAD_BYTES,
  type SnapshotHead,
} from "../../../src/etcd/snapshot-file/index.ts";

const HEAD: SnapshotHead = {
  cluster: "cdf818194e3a8c32",
  revision: 2 ** 40,
  compacted: 17,
  keys: 3,
  versions: 5,
  leases: 2,
  imageBytes: 1000,
};

describe("the head of a snapshot", () => {
  test("comes back as it was written, in one block", () => {
    const block = encodeSnapshotHead(HEAD);
    expect(block).toHaveLength(512);
    expect(decodeFileHead(block)).toEqual({ kind: "snapshot", head: HEAD });
    expect(Buffer.from(block.subarray(0, 17)).toString()).toBe("quorate snapshot\n");
  });

  test("is damaged when any bit of it is another, and no snapshot's when it begins otherwise", () => {
    for (let at = 0; at < HEAD_BYTES; at++) {
      const block = encodeSnapshotHead(HEAD);
      block[at] = (block[at] ?? 0) ^ 0x10;
      expect(decodeFileHead(block).kind, `byte ${at}`).toBe(at < 17 ? "foreign" : "damaged");
    }
  });

  test("is damaged when it is cut off", () => {
    const block = encodeSnapshotHead(HEAD);
    expect(decodeFileHead(block.subarray(0, 511))).toEqual({ kind: "damaged" });
    expect(decodeFileHead(block.subarray(0, 16))).toEqual({ kind: "foreign" });
    expect(decodeFileHead(new Uint8Array(0))).toEqual({ kind: "foreign" });
  });

  test("tells a database of etcd's from anything else", () => {
    const page = new Uint8Array(4096);
    page.set([0xed, 0xda, 0x0c, 0xed, 2], 16);
    expect(decodeFileHead(page)).toEqual({ kind: "etcd" });
    expect(decodeFileHead(new Uint8Array(4096))).toEqual({ kind: "foreign" });
  });
});

test.each([
  [0, 512],
  [1, 1024],
  [512, 1024],
  [513, 1536],
])("an image of %i bytes makes a file of whole blocks, %i bytes", (imageBytes, bytes) => {
  expect(bodyBytes({ ...HEAD, imageBytes })).toBe(bytes);
});
