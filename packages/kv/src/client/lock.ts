import { abandon, claim, giveUp, type Claim, type ClaimOptions } from "./claim.ts";
import type { EtcdClient } from "./etcd-client.ts";
import type { Bytes } from "./key-range.ts";
import type { Lease } from "./lease.ts";
import { Queue, type Place, type TakenPlace } from "./queue.ts";

/**
 * A lock that is held. It is lost with its lease, and nobody can prevent that: a process may be stopped
 * for longer than the lease lives. So hand `fencingToken` on with whatever the lock protects, and let
 * that refuse a token that is smaller than the greatest it has seen.
 */
export class Lock {
  readonly key: Uint8Array;
  /** Greater than that of everyone who held the lock before. */
  readonly fencingToken: number;
  readonly lease: Lease;
  readonly #release: () => Promise<void>;

  constructor({ key, createRevision }: Place, lease: Lease, release: () => Promise<void>) {
    this.key = key;
    this.fencingToken = createRevision;
    this.lease = lease;
    this.#release = release;
  }

  /** Aborted when the lease is lost, and the lock with it. */
  get lost(): AbortSignal {
    return this.lease.lost;
  }

  /** Lets the next one have it; a lease of its own ends with it. */
  release(): Promise<void> {
    return this.#release();
  }

  /** As `release`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** Waits for the lock, in the order in which it was asked for. */
export async function lock(client: EtcdClient, name: Bytes, options: ClaimOptions): Promise<Lock> {
  const queue = new Queue(client, name);
  const claimed = await claim(client, options);
  let place: Place | null = null;
  try {
    const mark = claimed.lease.newMark();
    place = onlyIfNew(await queue.enter(claimed, mark), mark);
    await queue.untilFirst(place, claimed.signal);
    return held(queue, claimed, place);
  } catch (thrown) {
    abandon(queue, claimed, place);
    throw thrown;
  }
}

/** Takes the lock if nobody has it or waits for it. */
export async function tryLock(
  client: EtcdClient,
  name: Bytes,
  options: ClaimOptions,
): Promise<Lock | null> {
  const queue = new Queue(client, name);
  const claimed = await claim(client, options);
  try {
    const mark = claimed.lease.newMark();
    const place = await queue.enterIfEmpty(claimed, mark);
    if (place !== null) return held(queue, claimed, onlyIfNew(place, mark));
  } catch (thrown) {
    abandon(queue, claimed, null);
    throw thrown;
  }
  abandon(queue, claimed, null);
  return null;
}

function held(queue: Queue, claimed: Claim, place: Place): Lock {
  return new Lock(place, claimed.lease, () => giveUp(queue, claimed, place));
}

/** A place that was there before is this one, if its mark says so: the answer had gone missing. */
function onlyIfNew({ previous, ...place }: TakenPlace, mark: string): Place {
  if (previous === null || previous.text === mark) return place;
  throw new Error("the lease holds this lock, or waits for it, already: take another lease");
}
