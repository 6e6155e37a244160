import { expect, test } from "vitest";
import type { PinnedView } from "@quorate/core";
import {
  encodeSnapshotHead,
  HEAD_BYTES,
  SnapshotBody,
  type SnapshotHead,
} from "../../../src/etcd/snapshot-file/index.ts";

function headOf(imageBytes: number): SnapshotHead {
  const counts = { revision: 2, compacted: 0, keys: 1, versions: 1, leases: 0 };
  return { cluster: "c1", ...counts, imageBytes };
}

/** An image in chunks of sizes that nobody asked for, as a real one may be. */
function imageOf(bytes: Uint8Array, chunkBytes: number): PinnedView {
  let at = 0;
  return {
    read: () => {
      if (at >= bytes.length) return null;
      const chunk = bytes.subarray(at, at + chunkBytes);
      at += chunk.length;
      return chunk;
    },
    release: () => {},
  };
}

function piecesOf(body: SnapshotBody): { readonly pieces: Uint8Array[]; readonly left: number[] } {
  const pieces: Uint8Array[] = [];
  const left: number[] = [];
  for (let piece = body.next(); piece !== null; piece = body.next()) {
    pieces.push(piece);
    left.push(body.left);
  }
  return { pieces, left };
}

test.each([
  [0, 1],
  [1, 1],
  [511, 100],
  [512, 512],
  [5000, 7],
  [5000, 5000],
])("an image of %i bytes in chunks of %i lies behind the head, before zeros", (size, chunk) => {
  const image = Uint8Array.from({ length: size }, (_, i) => (i % 255) + 1);
  const head = headOf(size);
  const { pieces, left } = piecesOf(new SnapshotBody(head, imageOf(image, chunk), 1024));
  const file = Buffer.concat(pieces);
  expect(file.length % 512).toBe(0);
  expect(file.subarray(0, HEAD_BYTES)).toEqual(Buffer.from(encodeSnapshotHead(head)));
  expect(file.subarray(HEAD_BYTES, HEAD_BYTES + size).equals(image)).toBe(true);
  expect(file.subarray(HEAD_BYTES + size).every((byte) => byte === 0)).toBe(true);
  expect(pieces.slice(0, -1).every((piece) => piece.length === 1024)).toBe(true);
  expect(left).toEqual(
    pieces.map((_, i) => pieces.slice(i + 1).reduce((sum, piece) => sum + piece.length, 0)),
  );
});

test.each([
  ["larger", 999],
  ["smaller", 1001],
])("an image that is %s than it was measured is a bug", (_, measured) => {
  const body = new SnapshotBody(headOf(measured), imageOf(new Uint8Array(1000), 1000), 4096);
  expect(() => body.next()).toThrow("an image is as large as it was measured");
});
