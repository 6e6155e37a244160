import { assert } from "@quorate/core";
import { compareBytes } from "../codec/compare-bytes.ts";
import {
  BUCKET_BYTES,
  BUCKET_ELEMENT,
  ELEMENT_BYTES,
  FLAG,
  MAGIC,
  META_BYTES,
  metaChecksum,
  PAGE_BYTES,
  PAGE_HEAD_BYTES,
  VERSION,
} from "./format.ts";

/** A key and its value. */
export interface BoltItem {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A bucket to be written. */
export interface BoltBucket {
  readonly name: Uint8Array;
  /** Its items by ascending key; they are asked for twice and must be the same both times. */
  readonly items: () => Iterable<BoltItem>;
}

/** A page that others point to: the smallest key in it and where it is. */
interface PageRef {
  readonly key: Uint8Array;
  readonly page: number;
}

/** Meta, meta, freelist. */
const FIRST_PAGE = 3;

/**
 * Writes a database in one go, in pages that come one after the other, without ever holding more than
 * a page and the first key of each: a first pass over the items finds out how large everything
 * becomes, a second one writes it. Both can be taken in steps.
 */
export class BoltWriter {
  readonly #buckets: readonly BoltBucket[];
  readonly #plan: Generator<void, undefined>;
  readonly #roots: PageRef[] = [];
  /** Of each bucket the levels of branches above its leaves, the lowest first. */
  readonly #branches: (readonly PageRef[])[][] = [];
  #pages = FIRST_PAGE;

  constructor(buckets: Iterable<BoltBucket>) {
    this.#buckets = [...buckets].sort((a, b) => compareBytes(a.name, b.name));
    this.#plan = this.#planned();
  }

  /** Does a part of the first pass, about so many items; answers whether there is more. */
  plan(itemsMax: number): boolean {
    for (let left = itemsMax; left > 0; left--) if (this.#plan.next().done === true) return false;
    return true;
  }

  /** Size of the file; only behind the first pass. */
  get bytes(): number {
    return this.#pages * PAGE_BYTES;
  }

  /** The file in pieces of one page or, for large values, more. */
  *write(): Generator<Uint8Array, undefined> {
    const root = this.#pages - 1;
    yield metaPage(0, root, this.#pages);
    yield metaPage(1, root, this.#pages);
    yield new PageBuilder(2, FLAG.freelist, 1).finish();
    let next = FIRST_PAGE;
    for (const [i, { items }] of this.#buckets.entries()) {
      for (const group of leafGroups(items())) {
        const page = leafPage(next, group, 0);
        next += page.length / PAGE_BYTES;
        yield page;
      }
      for (const level of this.#branches[i] ?? []) {
        for (const group of branchGroups(level)) {
          const page = branchPage(next, group);
          next += page.length / PAGE_BYTES;
          yield page;
        }
      }
    }
    assert(next === root, "the second pass came to other pages than the first");
    yield leafPage(root, rootItems(this.#roots), BUCKET_ELEMENT);
    return undefined;
  }

  *#planned(): Generator<void, undefined> {
    for (const { name, items } of this.#buckets) {
      let level: PageRef[] = [];
      for (const group of leafGroups(items())) {
        level.push({ key: group[0]?.key ?? EMPTY, page: this.#pages });
        this.#pages += pagesFor(leafBytes(group));
        for (let i = 0; i < group.length; i++) yield;
      }
      const levels: PageRef[][] = [];
      while (level.length > 1) {
        levels.push(level);
        level = branchGroups(level).map((group) => {
          const ref = { key: group[0]?.key ?? EMPTY, page: this.#pages };
          this.#pages += 1;
          return ref;
        });
      }
      this.#branches.push(levels);
      this.#roots.push({ key: name, page: level[0]?.page ?? 0 });
    }
    assert(leafBytes(rootItems(this.#roots)) <= PAGE_BYTES, "the buckets fit in one page");
    this.#pages++;
    return undefined;
  }
}

const EMPTY = new Uint8Array(0);

/** Items that share a page; a larger one has several to itself. An empty bucket has an empty page. */
function* leafGroups(items: Iterable<BoltItem>): Generator<readonly BoltItem[], undefined> {
  let group: BoltItem[] = [];
  let bytes = PAGE_HEAD_BYTES;
  for (const item of items) {
    const size = ELEMENT_BYTES + item.key.length + item.value.length;
    if (group.length > 0 && bytes + size > PAGE_BYTES) {
      yield group;
      group = [];
      bytes = PAGE_HEAD_BYTES;
    }
    group.push(item);
    bytes += size;
  }
  yield group;
  return undefined;
}

/** Pages that one branch points to. */
function branchGroups(refs: readonly PageRef[]): (readonly PageRef[])[] {
  const groups: PageRef[][] = [];
  let bytes = PAGE_BYTES;
  for (const ref of refs) {
    const size = ELEMENT_BYTES + ref.key.length;
    const group = groups.at(-1);
    if (group === undefined || bytes + size > PAGE_BYTES) {
      groups.push([ref]);
      bytes = PAGE_HEAD_BYTES;
    } else group.push(ref);
    bytes += size;
  }
  return groups;
}

function rootItems(roots: readonly PageRef[]): readonly BoltItem[] {
  return roots.map(({ key, page }) => {
    const value = new Uint8Array(BUCKET_BYTES);
    new DataView(value.buffer).setBigUint64(0, BigInt(page), true);
    return { key, value };
  });
}

function leafBytes(group: readonly BoltItem[]): number {
  let bytes = PAGE_HEAD_BYTES;
  for (const { key, value } of group) bytes += ELEMENT_BYTES + key.length + value.length;
  return bytes;
}

function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

function leafPage(page: number, group: readonly BoltItem[], flags: number): Uint8Array {
  const builder = new PageBuilder(page, FLAG.leaf, pagesFor(leafBytes(group)));
  let at = PAGE_HEAD_BYTES + ELEMENT_BYTES * group.length;
  for (const [i, { key, value }] of group.entries()) {
    const element = PAGE_HEAD_BYTES + ELEMENT_BYTES * i;
    builder.u32(element, flags).u32(element + 4, at - element);
    builder.u32(element + 8, key.length).u32(element + 12, value.length);
    builder.raw(at, key).raw(at + key.length, value);
    at += key.length + value.length;
  }
  return builder.count(group.length).finish();
}

function branchPage(page: number, group: readonly PageRef[]): Uint8Array {
  const builder = new PageBuilder(page, FLAG.branch, 1);
  let at = PAGE_HEAD_BYTES + ELEMENT_BYTES * group.length;
  for (const [i, { key, page: child }] of group.entries()) {
    const element = PAGE_HEAD_BYTES + ELEMENT_BYTES * i;
    builder.u32(element, at - element).u32(element + 4, key.length);
    builder.u64(element + 8, child).raw(at, key);
    at += key.length;
  }
  return builder.count(group.length).finish();
}

function metaPage(page: 0 | 1, root: number, pages: number): Uint8Array {
  const builder = new PageBuilder(page, FLAG.meta, 1);
  const at = PAGE_HEAD_BYTES;
  builder
    .u32(at, MAGIC)
    .u32(at + 4, VERSION)
    .u32(at + 8, PAGE_BYTES);
  // The freelist is page 2; the transaction's number is the page's, so that the second one is newer.
  builder
    .u64(at + 16, root)
    .u64(at + 32, 2)
    .u64(at + 40, pages)
    .u64(at + 48, page);
  const bytes = builder.finish();
  const checked = bytes.subarray(at, at + META_BYTES - 8);
  new DataView(bytes.buffer).setBigUint64(at + META_BYTES - 8, metaChecksum(checked), true);
  return bytes;
}

/** One page, with those that it goes on over. */
class PageBuilder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(page: number, flags: number, pages: number) {
    this.#bytes = new Uint8Array(PAGE_BYTES * pages);
    this.#view = new DataView(this.#bytes.buffer);
    this.u64(0, page).u32(12, pages - 1);
    this.#view.setUint16(8, flags, true);
  }

  count(elements: number): this {
    this.#view.setUint16(10, elements, true);
    return this;
  }

  u32(at: number, value: number): this {
    this.#view.setUint32(at, value, true);
    return this;
  }

  u64(at: number, value: number): this {
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  raw(at: number, bytes: Uint8Array): this {
    this.#bytes.set(bytes, at);
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes;
  }
}
