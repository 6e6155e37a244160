import {
  ByteReader,
  ByteWriter,
  crc32c,
  QuorateError,
  type PinnedView,
  type SnapshotSink,
} from "@quorate/core";
import { keyBytes, keyText } from "./key-order.ts";
import type { Version } from "./version.ts";

/** Everything that the state machine holds; what a snapshot is made of and restored to. */
export interface StateImage {
  readonly revision: number;
  readonly compacted: number;
  readonly changes: readonly Version[];
  /** Announced attributes of members, each as it came. */
  readonly members: readonly Uint8Array[];
}

const FORMAT = 1;

/** Head: format 4, revision 6, compacted 6, members 4, changes 6; then the members; then the changes. */
const HEAD_BYTES = 26;

/** Fixed part of a change: sizes 4 + 4, mod, create, count 6 each, sub 4, lease 8. */
const CHANGE_BYTES = 38;

/** A value's size that says there is none: the key was deleted. */
const DELETED = 0xffff_ffff;

/**
 * Writes an image out in chunks; a checksum of everything ends it. The image must not change, which
 * costs nothing: changes are immutable and their list is only ever appended to or replaced.
 */
export class ImageView implements PinnedView {
  #image: StateImage | null;
  readonly #count: number;
  #at = 0;
  #crc = 0;
  #stage: "head" | "changes" | "end" | "over" = "head";

  constructor(image: StateImage) {
    this.#image = image;
    this.#count = image.changes.length;
  }

  read(bytesMax: number): Uint8Array | null {
    const image = this.#image;
    if (image === null || this.#stage === "over") return null;
    const writer = new ByteWriter(Math.min(bytesMax, 64 * 1024));
    if (this.#stage === "head") this.#writeHead(writer, image);
    while (this.#stage === "changes" && writer.length < bytesMax) this.#writeNext(writer, image);
    const bytes = writer.finish();
    this.#crc = crc32c(bytes, this.#crc);
    if (this.#stage !== "end") return bytes;
    this.#stage = "over";
    return writer.u32(this.#crc).finish();
  }

  release(): void {
    this.#image = null;
  }

  #writeHead(writer: ByteWriter, image: StateImage): void {
    writer.u32(FORMAT).u48(image.revision).u48(image.compacted);
    writer.u32(image.members.length).u48(this.#count);
    for (const member of image.members) writer.bytes(member);
    this.#stage = this.#count === 0 ? "end" : "changes";
  }

  #writeNext(writer: ByteWriter, image: StateImage): void {
    const change = image.changes[this.#at++];
    if (change !== undefined) writeChange(writer, change);
    if (this.#at === this.#count) this.#stage = "end";
  }
}

/** Takes an image in chunks of any size and hands it over when it is whole. */
export class ImageSink implements SnapshotSink {
  readonly #adopt: (image: StateImage) => void;
  /** Received and not yet read: less than one item, once items are read. */
  #rest: Uint8Array = new Uint8Array(0);
  #head: { revision: number; compacted: number; membersLeft: number; changesLeft: number } | null =
    null;
  readonly #members: Uint8Array[] = [];
  readonly #changes: Version[] = [];
  #crc = 0;

  constructor(adopt: (image: StateImage) => void) {
    this.#adopt = adopt;
  }

  write(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    let at = 0;
    for (let size = this.#take(bytes); size > 0; size = this.#take(bytes.subarray(at))) {
      this.#crc = crc32c(bytes.subarray(at, at + size), this.#crc);
      at += size;
    }
    this.#rest = bytes.slice(at);
  }

  finish(): void {
    const head = this.#head;
    if (head === null || head.membersLeft + head.changesLeft > 0 || this.#rest.length !== 4) {
      throw damaged("it is not whole");
    }
    if (new ByteReader(this.#rest, "snapshot").u32() !== this.#crc) {
      throw damaged("its checksum is wrong");
    }
    const { revision, compacted } = head;
    this.#adopt({ revision, compacted, changes: this.#changes, members: this.#members });
  }

  abort(): void {
    this.#rest = new Uint8Array(0);
    this.#changes.length = 0;
  }

  /** Reads the next item if it is all there; returns its size, or 0. */
  #take(bytes: Uint8Array): number {
    const reader = new ByteReader(bytes, "snapshot");
    const head = this.#head;
    if (head === null) {
      if (bytes.length < HEAD_BYTES) return 0;
      if (reader.u32() !== FORMAT) throw damaged("its format is not known here");
      const revision = reader.u48();
      const compacted = reader.u48();
      this.#head = { revision, compacted, membersLeft: reader.u32(), changesLeft: reader.u48() };
      return HEAD_BYTES;
    }
    if (head.membersLeft > 0) {
      if (bytes.length < 4) return 0;
      const size = reader.u32();
      if (reader.remaining < size) return 0;
      this.#members.push(reader.raw(size).slice());
      head.membersLeft--;
      return 4 + size;
    }
    if (head.changesLeft === 0 || bytes.length < CHANGE_BYTES) return 0;
    const size = changeBytes(reader.u32(), reader.u32());
    if (bytes.length < size) return 0;
    this.#changes.push(readChange(new ByteReader(bytes, "snapshot")));
    head.changesLeft--;
    return size;
  }
}

function changeBytes(keySize: number, valueSize: number): number {
  return CHANGE_BYTES + keySize + (valueSize === DELETED ? 0 : valueSize);
}

function writeChange(writer: ByteWriter, change: Version): void {
  writer.u32(change.key.length).u32(change.value?.length ?? DELETED);
  writer.u48(change.mod).u48(change.create).u48(change.count).u32(change.sub);
  const lease = BigInt.asUintN(64, change.lease);
  writer.u32(Number(lease >> 32n)).u32(Number(lease & 0xffff_ffffn));
  writer.raw(keyBytes(change.key));
  if (change.value !== null) writer.raw(change.value);
}

function readChange(reader: ByteReader): Version {
  const keySize = reader.u32();
  const valueSize = reader.u32();
  const mod = reader.u48();
  const create = reader.u48();
  const count = reader.u48();
  const sub = reader.u32();
  const lease = BigInt.asIntN(64, (BigInt(reader.u32()) << 32n) | BigInt(reader.u32()));
  const key = keyText(reader.raw(keySize));
  const value = valueSize === DELETED ? null : reader.raw(valueSize).slice();
  return { key, mod, sub, create, count, value, lease };
}

function damaged(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed snapshot of the keyspace: ${why}`);
}
