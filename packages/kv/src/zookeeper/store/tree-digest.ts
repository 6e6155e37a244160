import { intAt } from "../codec/jute-reader.ts";
import type { ZnodeState } from "./znode.ts";

/** A node with the hashes of what takes long to hash. */
interface Digestible extends ZnodeState {
  readonly pathHash: number;
  readonly dataHash: number;
}

/**
 * A digest of the paths, data and stats of all nodes, kept up to date change by change: it is the sum
 * of the nodes' own, so that the order of changes and of nodes does not matter. Trees that differ
 * have equal digests once in 2^64.
 */
export class TreeDigest {
  #high = 0;
  #low = 0;

  add(node: Digestible): void {
    this.#high = (this.#high + digestOf(node, 1)) | 0;
    this.#low = (this.#low + digestOf(node, 2)) | 0;
  }

  /** The node must be as it was when it was added. */
  subtract(node: Digestible): void {
    this.#high = (this.#high - digestOf(node, 1)) | 0;
    this.#low = (this.#low - digestOf(node, 2)) | 0;
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

/** The hash of the root's path; every other path's begins with its parent's. */
export const ROOT_PATH_HASH = 0x2f;

export function hashChildPath(parentHash: number, name: string): number {
  let hash = step(parentHash, 0x2f);
  for (let i = 0; i < name.length; i++) hash = step(hash, name.charCodeAt(i));
  return hash;
}

/** Four bytes at a time: this runs over every byte written. */
export function hashData(data: Uint8Array | null): number {
  if (data === null) return -1;
  const whole = data.length & ~3;
  let hash = data.length;
  for (let at = 0; at < whole; at += 4) hash = step(hash, intAt(data, at));
  for (let at = whole; at < data.length; at++) hash = step(hash, data[at] as number);
  return hash;
}

function digestOf(node: Digestible, seed: number): number {
  const { created, modified, childrenModified } = node;
  let hash = step(step(seed, node.pathHash), node.dataHash);
  hash = step(step(step(hash, node.version), node.creations), node.aversion);
  hash = stepLong(stepLong(hash, created.zxid), created.time);
  hash = stepLong(stepLong(hash, modified.zxid), modified.time);
  return stepLong(hash, childrenModified.zxid);
}

/** Mixes 32 bits in (the rounds of splitmix32). */
function step(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85eb_ca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae35) ^ (mixed >>> 16);
}

function stepLong(hash: number, value: number): number {
  return step(step(hash, Math.floor(value / 0x1_0000_0000)), value | 0);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
