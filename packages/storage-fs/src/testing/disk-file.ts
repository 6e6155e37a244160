import type { Prng } from "@quorate/core";

interface Write {
  readonly position: number;
  readonly bytes: Uint8Array;
}

const SECTOR_BYTES = 512;

/** One file as the operating system shows it, and as it would be after the power went. */
export class DiskFile {
  #cache = new Uint8Array(0);
  #durable = new Uint8Array(0);
  #unsynced: Write[] = [];

  get size(): number {
    return this.#cache.length;
  }

  /** Written, not synced. */
  write(position: number, bytes: Uint8Array): Write {
    const write = { position, bytes: bytes.slice() };
    this.#cache = put(this.#cache, write);
    this.#unsynced.push(write);
    return write;
  }

  read(position: number, length: number): Uint8Array {
    return this.#cache.slice(position, position + length);
  }

  /** What was not synced at the call, to be synced later. */
  get unsynced(): readonly Write[] {
    return [...this.#unsynced];
  }

  sync(writes: readonly Write[]): void {
    for (const write of writes) if (this.#forget(write)) this.#durable = put(this.#durable, write);
  }

  /** A sync that failed: something of the writes is on the disk, and the system calls them clean. */
  failSync(writes: readonly Write[], prng: Prng): void {
    for (const write of writes)
      if (this.#forget(write)) this.#durable = tear(this.#durable, write, prng);
  }

  /** The power goes: what was not synced happened in part, in any order. */
  losePower(prng: Prng): void {
    for (const write of this.#unsynced.splice(0)) this.#durable = tear(this.#durable, write, prng);
    this.#cache = this.#durable.slice();
  }

  /** Damages what is on the disk. */
  flip(position: number): void {
    for (const bytes of [this.#cache, this.#durable]) {
      if (position < bytes.length) bytes[position] = (bytes[position] ?? 0) ^ 0x10;
    }
  }

  #forget(write: Write): boolean {
    const at = this.#unsynced.indexOf(write);
    if (at >= 0) this.#unsynced.splice(at, 1);
    return at >= 0;
  }
}

function put(
  content: Uint8Array<ArrayBuffer>,
  { position, bytes }: Write,
): Uint8Array<ArrayBuffer> {
  let into = content;
  if (position + bytes.length > content.length) {
    into = new Uint8Array(position + bytes.length);
    into.set(content);
  }
  into.set(bytes, position);
  return into;
}

/** Nothing of the write, all of it, some of its sectors, or its beginning up to any byte. */
function tear(content: Uint8Array<ArrayBuffer>, write: Write, prng: Prng): Uint8Array<ArrayBuffer> {
  const { position, bytes } = write;
  switch (prng.below(4)) {
    case 0:
      return content;
    case 1:
      return put(content, write);
    case 2:
      return put(content, { position, bytes: bytes.subarray(0, prng.below(bytes.length + 1)) });
  }
  let torn = content;
  let at = position;
  while (at < position + bytes.length) {
    const end = Math.min(position + bytes.length, at - (at % SECTOR_BYTES) + SECTOR_BYTES);
    const sector = { position: at, bytes: bytes.subarray(at - position, end - position) };
    if (prng.chance(0.5)) torn = put(torn, sector);
    at = end;
  }
  return torn;
}
