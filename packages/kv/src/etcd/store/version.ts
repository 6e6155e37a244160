import type { KeyText } from "./key-order.ts";
import type { ValueSlabs } from "./value-slabs.ts";

/** One change of one key, as it is written out and read back. */
export interface Change {
  readonly key: KeyText;
  /** The revision that made it. */
  readonly mod: number;
  /** Its place among the changes of that revision. */
  readonly sub: number;
  /** Revision of the put that began this life of the key; 0 for a deletion. */
  readonly create: number;
  /** 1 for that put, then one more each; 0 for a deletion. */
  readonly count: number;
  /** Empty for a deletion. */
  readonly value: Uint8Array;
  readonly lease: bigint;
}

const EMPTY = new Uint8Array(0);

/**
 * A change that is kept. Nothing that a reader sees of it ever changes. There are as many of these as
 * there are changes: the value is a place in some buffer, and an object only while it is looked at.
 */
export class Version implements Change {
  readonly key: KeyText;
  readonly mod: number;
  readonly sub: number;
  readonly create: number;
  readonly count: number;
  readonly lease: bigint;
  readonly valueBytes: number;
  #buffer: Uint8Array;
  #at = 0;
  #replacedAt = 0;

  constructor({ key, mod, sub, create, count, value, lease }: Change) {
    this.key = key;
    this.mod = mod;
    this.sub = sub;
    this.create = create;
    this.count = count;
    this.lease = lease;
    this.valueBytes = value.length;
    this.#buffer = value.length === 0 ? EMPTY : value;
  }

  get value(): Uint8Array {
    if (this.valueBytes === 0) return EMPTY;
    return this.#buffer.subarray(this.#at, this.#at + this.valueBytes);
  }

  get isDeletion(): boolean {
    return this.count === 0;
  }

  /** Copies the value there, and lets go of where it was. */
  moveTo(slabs: ValueSlabs): void {
    if (this.valueBytes === 0) return;
    const { buffer, at } = slabs.keep(this.value);
    this.#buffer = buffer;
    this.#at = at;
  }

  /** The key's next change is of this revision, which is later than any that anybody reads yet. */
  replace(revision: number): void {
    this.#replacedAt = revision;
  }

  /**
   * Whether a compaction to the revision leaves it: it is newer, or current there. A deletion at the
   * very revision stays until the next time, so that the changes from it on are complete.
   *
   * Decided by the version alone, and so the same for a pinned view and for every member, however
   * much of what is to be forgotten was forgotten already.
   */
  outlives(compacted: number): boolean {
    if (this.mod > compacted) return true;
    if (this.#replacedAt !== 0 && this.#replacedAt <= compacted) return false;
    return !this.isDeletion || this.mod === compacted;
  }

  /** Whether readers at the revision see it; what is changed later does not tell. */
  isCurrentAt(revision: number): boolean {
    if (this.mod > revision || this.isDeletion) return false;
    return this.#replacedAt === 0 || this.#replacedAt > revision;
  }

  /** About the memory that it takes. */
  get bytes(): number {
    return OVERHEAD_BYTES + this.key.length + this.valueBytes;
  }
}

/** What a version takes beside its key and value; measured, and only for the status. */
const OVERHEAD_BYTES = 120;

/** Whether there is a version, and it is no deletion. */
export function isLive(version: Version | undefined): version is Version {
  return version !== undefined && !version.isDeletion;
}
