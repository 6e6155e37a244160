import { utf8Encode } from "@quorate/core";
import type { Claim } from "./claim.ts";
import { compare, type Condition } from "./compare.ts";
import type { EtcdClient } from "./etcd-client.ts";
import { EtcdError } from "./etcd-error.ts";
import { bytesOf, prefix, type Bytes, type KeyRange } from "./key-range.ts";
import type { KeyValue } from "./key-value.ts";
import type { Lease } from "./lease.ts";
import { op } from "./op.ts";
import { untilAnswered } from "./retry.ts";

/** A place in a queue: it is kept as long as the key of that create revision is there. */
export interface Place {
  readonly key: Uint8Array;
  readonly createRevision: number;
}

/** A place, and what its key was if it was there already: a place taken by this lease before. */
export interface TakenPlace extends Place {
  readonly previous: KeyValue | null;
}

/**
 * Those who wait for one thing, and who has it: the keys `name/lease`, the oldest first. It is the
 * recipe of etcd's own locks and elections, so that all clients wait in the same queue.
 */
export class Queue {
  readonly client: EtcdClient;
  /** The keys of all who are in it. */
  readonly members: KeyRange;
  readonly #start: Uint8Array;

  constructor(client: EtcdClient, name: Bytes) {
    this.client = client;
    this.#start = joined(bytesOf(name), "/");
    this.members = prefix(this.#start);
  }

  keyOf(lease: Lease): Uint8Array {
    return joined(this.#start, lease.id.toString(16));
  }

  /** Takes a place at the end, with a value, unless the lease has one already. */
  async enter(claim: Claim, value: Bytes): Promise<TakenPlace> {
    const isNew = compare(this.keyOf(claim.lease)).createRevision.equals(0);
    const place = await this.#enterIf(isNew, claim, value);
    if (place === null) throw new EtcdError("INTERNAL", "a key is there, and it is not");
    return place;
  }

  /** Takes the first place; null when somebody has one. */
  enterIfEmpty(claim: Claim, value: Bytes): Promise<TakenPlace | null> {
    return this.#enterIf(compare(this.members).createRevision.equals(0), claim, value);
  }

  /**
   * Waits until nobody is before the place any more. Each waits only for the one before it, so that an
   * end wakes one and not all.
   *
   * @throws `EtcdError` ABORTED when somebody has deleted the key; the reason of the signal
   */
  async untilFirst({ key, createRevision }: Place, signal: AbortSignal): Promise<void> {
    const { client } = this;
    const before = {
      maxCreateRevision: createRevision - 1,
      sortBy: "create",
      order: "descend",
      limit: 1,
      keysOnly: true,
      signal,
    } as const;
    for (;;) {
      const { kvs, revision } = await untilAnswered(client.clock, signal, () =>
        client.range(this.members, before),
      );
      if (kvs[0] === undefined) break;
      await this.#untilDeleted(kvs[0].key, revision + 1, signal);
    }
    const own = await untilAnswered(client.clock, signal, () => client.get(key, { signal }));
    signal.throwIfAborted();
    if (own?.createRevision !== createRevision) {
      throw new EtcdError("ABORTED", `somebody deleted the key ${Buffer.from(key).toString()}`);
    }
  }

  /** Leaves the place, if it is still there. */
  async leave({ key, createRevision }: Place): Promise<void> {
    await this.client
      .txn()
      .if(compare(key).createRevision.equals(createRevision))
      .do(op.delete(key))
      .commit({ repeatable: true });
  }

  async #enterIf(
    condition: Condition,
    { lease, isOwn, signal }: Claim,
    value: Bytes,
  ): Promise<TakenPlace | null> {
    const key = this.keyOf(lease);
    const txn = this.client
      .txn()
      .if(condition)
      .do(op.put(key, value, { lease }))
      .else(op.get(key));
    // Nobody may take a place without knowing, under a lease that goes on: so the answer is waited for.
    const patience = isOwn ? signal : lease.lost;
    const result = await untilAnswered(this.client.clock, patience, () =>
      txn.commit({ repeatable: true, signal: patience }),
    );
    if (result.succeeded) return { key, createRevision: result.revision, previous: null };
    const [previous] = result.results;
    return previous && { key, createRevision: previous.createRevision, previous };
  }

  async #untilDeleted(key: Uint8Array, fromRevision: number, signal: AbortSignal): Promise<void> {
    for await (const item of this.client.watch(key, { fromRevision, only: "deletes", signal })) {
      // What is lost in a gap may have been the deletion: the caller looks again.
      if (item.kind !== "progress") return;
    }
  }
}

function joined(start: Uint8Array, end: string): Uint8Array {
  return Uint8Array.from([...start, ...utf8Encode(end)]);
}
