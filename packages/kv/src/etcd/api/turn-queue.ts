import { utf8Encode } from "@quorate/core";
import type { EtcdMember } from "./etcd-member.ts";
import {
  keyText,
  type KeyRange,
  type KeyText,
  type MvccStore,
  type Version,
} from "../store/index.ts";

/**
 * The key that the holder of a lease has in the queue of a name. Whoever's key was created first has
 * its turn, and the next one when that key is gone: locks and elections are such queues, kept in the
 * keyspace as etcd's own client libraries keep them, so that their users and ours stand in the same.
 */
export function keyInQueue(name: Uint8Array, lease: bigint): Uint8Array {
  const suffix = utf8Encode(`/${lease.toString(16)}`);
  const key = new Uint8Array(name.length + suffix.length);
  key.set(name);
  key.set(suffix, name.length);
  return key;
}

/** All keys in the queue of a name. */
export function queueRange(name: Uint8Array): KeyRange {
  const text = keyText(name);
  // "0" is the character behind "/".
  return { from: `${text}/`, to: `${text}0` };
}

/** Whose turn it is. */
export function firstInQueue(store: MvccStore, queue: KeyRange): Version | null {
  let first: Version | null = null;
  for (const version of store.range(queue, store.revision)) {
    if (first === null || version.create < first.create) first = version;
  }
  return first;
}

/** A place in a queue. */
export interface QueuePlace {
  readonly queue: KeyRange;
  readonly key: KeyText;
  /** Create revision of the key. */
  readonly create: number;
}

/** Whether the place has its turn. */
export function hasTurn(store: MvccStore, { queue, create }: QueuePlace): boolean {
  return firstInQueue(store, queue)?.create === create;
}

/** Whether the key that was put then is still there. */
export function isInPlace(store: MvccStore, { key, create }: QueuePlace): boolean {
  return store.get(key, store.revision)?.create === create;
}

/**
 * Waits until the place has its turn, watching only the one before it, so that a place that becomes
 * free wakes one client and not all; or until it is lost, with its lease.
 *
 * @returns how to give up
 */
export function waitForTurn(
  { machine, notices }: EtcdMember,
  place: QueuePlace,
  done: (outcome: "turn" | "lost") => void,
): () => void {
  const { queue, key, create } = place;
  let stop = (): void => {};
  const look = (): void => {
    stop();
    const { store } = machine;
    if (!isInPlace(store, place)) return done("lost");
    const before = placeBefore(store, queue, create);
    if (before === null) return done("turn");
    const stops = [notices.onKey(before.key, look), notices.onKey(key, look)];
    stop = () => {
      for (const each of stops) each();
    };
  };
  look();
  return () => stop();
}

function placeBefore(store: MvccStore, queue: KeyRange, create: number): Version | null {
  let before: Version | null = null;
  for (const version of store.range(queue, store.revision)) {
    if (version.create < create && version.create > (before?.create ?? 0)) before = version;
  }
  return before;
}
