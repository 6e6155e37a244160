import { intAt } from "../codec/jute-reader.ts";
import type { Acl } from "../codec/records.ts";
import type { NodeKind } from "./node-kind.ts";
import type { ZnodeState } from "./znode.ts";

/** A node with the hashes of what takes long to hash. */
interface Digestible extends ZnodeState {
  readonly identityHash: number;
  readonly dataHash: number;
}

/**
 * A digest of the paths, data, access lists and stats of all nodes, kept up to date change by change: it is the sum
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

/** The hash of the root; every other node's begins with its parent's. */
export const ROOT_HASH = 0x2f;

/** A hash of a node's path and kind. */
export function hashChild(parentHash: number, name: string, kind: NodeKind): number {
  const hash = hashText(step(parentHash, 0x2f), name);
  switch (kind.kind) {
    case "persistent":
      return hash;
    case "container":
      return step(hash, 1);
    case "ttl":
      return stepLong(step(hash, 2), kind.millis);
    case "ephemeral":
      return stepLong(step(step(hash, 3), kind.session.sid), kind.session.birth);
  }
}

function hashText(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = step(hash, text.charCodeAt(i));
  return hash;
}

/** Lists of one pool are few, and live long: each is hashed once. */
const hashes = new WeakMap<Acl, number>();

function hashAcl(acl: Acl): number {
  const known = hashes.get(acl);
  if (known !== undefined) return known;
  let hash = acl.length;
  for (const { permissions, scheme, id } of acl) {
    hash = hashText(hashText(step(hash, permissions), scheme), id);
  }
  hashes.set(acl, hash);
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
  let hash = step(step(step(seed, node.identityHash), node.dataHash), hashAcl(node.acl));
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
