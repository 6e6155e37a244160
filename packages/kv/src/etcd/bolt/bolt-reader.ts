import type { BoltItem } from "./bolt-writer.ts";
import {
  BUCKET_BYTES,
  BUCKET_ELEMENT,
  damagedFile,
  ELEMENT_BYTES,
  FLAG,
  MAGIC,
  META_BYTES,
  metaChecksum,
  PAGE_HEAD_BYTES,
  VERSION,
} from "./format.ts";

/** Reads bytes of the file; shorter at its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** Deeper than any tree of a file that there is room for. */
const DEPTH_MAX = 64;

/** A page with those that it goes on over. */
interface Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly flags: number;
  readonly count: number;
}

/**
 * Reads a database of bbolt's, of any page size, page by page.
 *
 * @throws `ERR_MALFORMED` from every method for a file that is none, or is damaged
 */
export class BoltReader {
  readonly #read: ReadAt;
  readonly #pageBytes: number;
  readonly #root: number;
  readonly #pages: number;

  constructor(read: ReadAt) {
    this.#read = read;
    const meta = newestMeta(read);
    this.#pageBytes = meta.pageBytes;
    this.#root = meta.root;
    this.#pages = meta.pages;
  }

  /** The buckets of the first level, in their order. */
  *buckets(): Generator<{ readonly name: Uint8Array; readonly items: Iterable<BoltItem> }> {
    const seen = new Set<number>();
    for (const { key, value, isBucket } of this.#elements(this.#page(this.#root, seen), 0, seen)) {
      if (isBucket) yield { name: key, items: this.#bucket(value, seen) };
    }
  }

  *#bucket(value: Uint8Array, seen: Set<number>): Generator<BoltItem> {
    if (value.length < BUCKET_BYTES) throw damagedFile("a bucket is cut off");
    const root = numberAt(viewOf(value), 0);
    // A small bucket lies in its parent, behind its head.
    const page = root === 0 ? pageOf(value.subarray(BUCKET_BYTES)) : this.#page(root, seen);
    for (const { key, value: inner, isBucket } of this.#elements(page, 0, seen)) {
      if (!isBucket) yield { key, value: inner };
    }
  }

  *#elements(
    page: Page,
    depth: number,
    seen: Set<number>,
  ): Generator<BoltItem & { readonly isBucket: boolean }, undefined> {
    if (depth > DEPTH_MAX) throw damagedFile("its pages lie too deep");
    const { view, count, flags } = page;
    const isLeaf = (flags & FLAG.leaf) !== 0;
    if (!isLeaf && (flags & FLAG.branch) === 0) throw damagedFile("a page is of the wrong kind");
    let left = view.byteLength;
    for (let i = 0; i < count; i++) {
      const element = PAGE_HEAD_BYTES + ELEMENT_BYTES * i;
      if (element + ELEMENT_BYTES > view.byteLength) throw damagedFile("a page is cut off");
      if (!isLeaf) {
        yield* this.#elements(this.#page(numberAt(view, element + 8), seen), depth + 1, seen);
        continue;
      }
      const at = element + view.getUint32(element + 4, true);
      const keySize = view.getUint32(element + 8, true);
      const valueSize = view.getUint32(element + 12, true);
      if (at + keySize + valueSize > view.byteLength) throw damagedFile("an item is cut off");
      left -= keySize + valueSize;
      if (left < 0) throw damagedFile("the items of a page overlap");
      yield {
        key: page.bytes.subarray(at, at + keySize),
        value: page.bytes.subarray(at + keySize, at + keySize + valueSize),
        isBucket: (view.getUint32(element, true) & BUCKET_ELEMENT) !== 0,
      };
    }
    return undefined;
  }

  /** @param seen - every page has one place: whoever comes to one again would never come to an end */
  #page(id: number, seen: Set<number>): Page {
    if (id < 2 || id >= this.#pages) throw damagedFile(`it has no page ${id}`);
    const offset = id * this.#pageBytes;
    const head = this.#read(offset, PAGE_HEAD_BYTES);
    if (head.length < PAGE_HEAD_BYTES) throw damagedFile("it is cut off");
    const more = viewOf(head).getUint32(12, true);
    if (id + more >= this.#pages) throw damagedFile(`page ${id} goes on behind the end`);
    const length = this.#pageBytes * (1 + more);
    // No memory is taken for what is only said to be there.
    if (this.#read(offset + length - 1, 1).length === 0) throw damagedFile("it is cut off");
    for (let each = id; each <= id + more; each++) {
      if (seen.has(each)) throw damagedFile(`page ${each} has two places`);
      seen.add(each);
    }
    return pageOf(this.#read(offset, length));
  }
}

function pageOf(bytes: Uint8Array): Page {
  if (bytes.length < PAGE_HEAD_BYTES) throw damagedFile("a page is cut off");
  const view = viewOf(bytes);
  return { bytes, view, flags: view.getUint16(8, true), count: view.getUint16(10, true) };
}

interface Meta {
  readonly pageBytes: number;
  readonly root: number;
  readonly pages: number;
  readonly transaction: number;
}

/** The second meta page lies behind a page of a size that only the first one tells. */
const PAGE_SIZES = [4096, 8192, 16_384, 65_536];

function newestMeta(read: ReadAt): Meta {
  const metas = [0, ...PAGE_SIZES].map((offset) => metaAt(read, offset));
  let newest: Meta | null = null;
  for (const meta of metas) {
    if (meta !== null && (newest === null || meta.transaction > newest.transaction)) newest = meta;
  }
  if (newest === null) throw damagedFile("it has no valid meta page");
  return newest;
}

function metaAt(read: ReadAt, offset: number): Meta | null {
  const bytes = read(offset + PAGE_HEAD_BYTES, META_BYTES);
  if (bytes.length < META_BYTES) return null;
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return null;
  const pageBytes = view.getUint32(8, true);
  const checksum = view.getBigUint64(META_BYTES - 8, true);
  const isSound = metaChecksum(bytes.subarray(0, META_BYTES - 8)) === checksum;
  if (!isSound || (offset !== 0 && offset !== pageBytes) || pageBytes < 512) return null;
  const pages = numberAt(view, 40);
  if (!Number.isSafeInteger(pages * pageBytes)) return null;
  return { pageBytes, root: numberAt(view, 16), pages, transaction: numberAt(view, 48) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** 64 bits; what is larger than a number can tell is no page of any file. */
function numberAt(view: DataView, at: number): number {
  if (at + 8 > view.byteLength) throw damagedFile("a page is cut off");
  return Number(view.getBigUint64(at, true));
}
