import { abandon, claim, giveUp, type ClaimOptions } from "./claim.ts";
import { compare } from "./compare.ts";
import type { EtcdClient } from "./etcd-client.ts";
import { EtcdError } from "./etcd-error.ts";
import type { Bytes } from "./key-range.ts";
import type { KeyValue } from "./key-value.ts";
import type { Lease } from "./lease.ts";
import { mirror, type MirrorOptions } from "./mirror.ts";
import { op } from "./op.ts";
import { Queue, type Place } from "./queue.ts";
import type { CallOptions } from "./rpc.ts";

/** The first place of an election. It is lost with its lease, as a lock is. */
export class Leadership {
  readonly key: Uint8Array;
  /** Greater than that of every leader before. */
  readonly fencingToken: number;
  readonly lease: Lease;
  readonly #client: EtcdClient;
  readonly #resign: () => Promise<void>;

  constructor(
    client: EtcdClient,
    { key, createRevision }: Place,
    lease: Lease,
    resign: () => Promise<void>,
  ) {
    this.key = key;
    this.fencingToken = createRevision;
    this.lease = lease;
    this.#client = client;
    this.#resign = resign;
  }

  /** Aborted when the lease is lost, and the leadership with it. */
  get lost(): AbortSignal {
    return this.lease.lost;
  }

  /**
   * Lets those who observe see another value.
   *
   * @throws `EtcdError` ABORTED when another one leads
   */
  async proclaim(value: Bytes, options: CallOptions = {}): Promise<void> {
    const { key, lease } = this;
    const { succeeded } = await this.#client
      .txn()
      .if(compare(key).createRevision.equals(this.fencingToken))
      .do(op.put(key, value, { lease }))
      .commit(options);
    if (!succeeded) throw new EtcdError("ABORTED", "the leadership is lost");
  }

  /** Lets the next one lead; a lease of its own ends with it. */
  resign(): Promise<void> {
    return this.#resign();
  }

  /** As `resign`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.resign();
  }
}

/** One of several leads, and is known to all by a value; when its lease ends, the next one leads. */
export class Election {
  readonly #queue: Queue;

  constructor(client: EtcdClient, name: Bytes) {
    this.#queue = new Queue(client, name);
  }

  /** Waits to lead, behind those who wait already. */
  async campaign(value: Bytes, options: ClaimOptions = {}): Promise<Leadership> {
    const queue = this.#queue;
    const { client } = queue;
    const claimed = await claim(client, options);
    const { lease, signal } = claimed;
    let place: Place | null = null;
    try {
      const { previous, ...taken } = await queue.enter(claimed, value);
      place = taken;
      const leadership = new Leadership(client, taken, lease, () => giveUp(queue, claimed, taken));
      // The lease campaigns already, with what may be another value.
      if (previous !== null) await leadership.proclaim(value, { signal });
      await queue.untilFirst(taken, signal);
      return leadership;
    } catch (thrown) {
      abandon(queue, claimed, place);
      throw thrown;
    }
  }

  /** Who leads, with the value; null when nobody does. */
  async leader(options: CallOptions = {}): Promise<KeyValue | null> {
    const { client, members } = this.#queue;
    const { kvs } = await client.range(members, { ...options, sortBy: "create", limit: 1 });
    return kvs[0] ?? null;
  }

  /** Who leads, now and whenever it is another one or has another value; null while nobody does. */
  async *observe(options: MirrorOptions = {}): AsyncGenerator<KeyValue | null, void> {
    const { client, members } = this.#queue;
    let known: number | null = null;
    for await (const { kvs } of mirror(client, members, options)) {
      const leader = kvs.reduce<KeyValue | null>(
        (first, kv) => (first === null || kv.createRevision < first.createRevision ? kv : first),
        null,
      );
      const revision = leader?.modRevision ?? 0;
      if (revision === known) continue;
      known = revision;
      yield leader;
    }
  }
}
