import { decodeHeaderAlone, encodeCompaction } from "../etcd/codec/index.ts";
import type { Channel } from "./channel.ts";
import type { ClaimOptions } from "./claim.ts";
import { realClock, type ClientClock } from "./clock.ts";
import { Election } from "./election.ts";
import { KeepAlive } from "./keep-alive.ts";
import { keyRangeOf, type Bytes, type Keys } from "./key-range.ts";
import type { KeyValue } from "./key-value.ts";
import { Lease } from "./lease.ts";
import { Leases } from "./leases.ts";
import { lock, tryLock, type Lock } from "./lock.ts";
import { Maintenance } from "./maintenance.ts";
import { mirror, type MirrorOptions, type Snapshot } from "./mirror.ts";
import {
  del,
  get,
  put,
  range,
  type DeleteOptions,
  type DeleteResult,
  type GetOptions,
  type PutOptions,
  type PutResult,
  type RangeOptions,
  type RangeResult,
} from "./op.ts";
import { pages, type PageOptions } from "./pages.ts";
import { performer } from "./perform.ts";
import { ServiceRegistry } from "./registry.ts";
import { Rpc, type CallOptions, type ClientMethod } from "./rpc.ts";
import { Txn, type Perform } from "./txn.ts";
import { Watch } from "./watch.ts";
import { WatchFeed, type WatchOptions } from "./watch-feed.ts";
import { WatchStream } from "./watch-stream.ts";

/** What a client needs beside the way to a server. */
export interface ClientOptions {
  /** How long a call may take where it does not say so itself; 5 seconds if it is left out. */
  readonly timeoutMillis?: number;
  readonly clock?: ClientClock;
}

/** How long a call may take that does not say so. */
export const TIMEOUT_MILLIS = 5_000;

const COMPACT: ClientMethod<unknown> = {
  path: "/etcdserverpb.KV/Compact",
  repeatable: false,
  decode: decodeHeaderAlone,
};

/**
 * A client of etcd's v3 API: of a real etcd or of Quorate, over the network with `connect`, or of a
 * member in this process.
 *
 * Keys and values are bytes; where text is given, it stands for its UTF-8. Every call rejects with an
 * `EtcdError`, or with the reason of its signal.
 *
 * ```ts
 * import { prefix, startEnsemble } from "@quorate/kv";
 *
 * const ensemble = await startEnsemble();
 * const client = ensemble.client();
 * await client.put("config/colour", "red");
 * const { revision } = await client.put("config/colour", "green");
 * console.log((await client.get("config/colour"))?.text);
 * // → green
 * console.log((await client.get("config/colour", { revision: revision - 1 }))?.text);
 * // → red
 * for await (const { keyText, version } of client.iterate(prefix("config/"))) {
 *   console.log(keyText, version);
 *   // → config/colour 2
 * }
 * await ensemble.close();
 * ```
 */
export class EtcdClient {
  /** The time that timeouts and leases go by. */
  readonly clock: ClientClock;
  /** What operators ask: how members are, alarms, snapshots. */
  readonly maintenance: Maintenance;
  /** Leases by their ids, whoever holds them; `lease` makes one that is held. */
  readonly leases: Leases;
  readonly #rpc: Rpc;
  readonly #perform: Perform;
  readonly #watches: WatchStream;
  readonly #keepAlive: KeepAlive;

  constructor(channel: Channel, options: ClientOptions = {}) {
    const { timeoutMillis = TIMEOUT_MILLIS, clock = realClock } = options;
    this.clock = clock;
    this.#rpc = new Rpc(channel, clock, timeoutMillis);
    this.#perform = performer(this.#rpc);
    this.#watches = new WatchStream(this.#rpc);
    this.#keepAlive = new KeepAlive(this.#rpc);
    this.leases = new Leases(this.#rpc);
    this.maintenance = new Maintenance(this.#rpc);
  }

  /** Reads one key; null when there is none. */
  get(key: Bytes, options: GetOptions & CallOptions = {}): Promise<KeyValue | null> {
    return this.#perform(get(key, options), options);
  }

  /** Reads keys with one call: for what fits one answer, or with a limit. */
  range(keys: Keys, options: RangeOptions & CallOptions = {}): Promise<RangeResult> {
    return this.#perform(range(keys, options), options);
  }

  /** Reads all keys of a range, in pages, as they were at one revision. */
  async getAll(
    keys: Keys,
    options: PageOptions = {},
  ): Promise<{ readonly revision: number; readonly kvs: readonly KeyValue[] }> {
    const kvs: KeyValue[] = [];
    let revision = 0;
    for await (const page of pages(this.#perform, keys, options)) {
      revision = page.revision;
      for (const kv of page.kvs) kvs.push(kv);
    }
    return { revision, kvs };
  }

  /**
   * Goes through the keys of a range in their order, and reads pages as they are needed. All are as
   * they were at one revision; it fails with the reason `compacted` when that is compacted meanwhile.
   */
  async *iterate(keys: Keys, options: PageOptions = {}): AsyncGenerator<KeyValue> {
    for await (const page of pages(this.#perform, keys, options)) yield* page.kvs;
  }

  /** How many keys there are. */
  async count(keys: Keys, options: GetOptions & CallOptions = {}): Promise<number> {
    return (await this.range(keys, { ...options, countOnly: true })).count;
  }

  put(key: Bytes, value: Bytes, options: PutOptions & CallOptions = {}): Promise<PutResult> {
    return this.#perform(put(key, value, options), options);
  }

  /** Deletes one key, or a range of them. */
  delete(keys: Keys, options: DeleteOptions & CallOptions = {}): Promise<DeleteResult> {
    return this.#perform(del(keys, options), options);
  }

  /**
   * Begins a transaction; nothing happens before its `commit`.
   *
   * ```ts
   * import { compare, op, startEnsemble } from "@quorate/kv";
   *
   * const ensemble = await startEnsemble();
   * const client = ensemble.client();
   * const claim = client
   *   .txn()
   *   .if(compare("owner").version.equals(0))
   *   .do(op.put("owner", "me"))
   *   .else(op.get("owner"));
   * console.log((await claim.commit()).succeeded);
   * // → true
   * const again = await claim.commit();
   * if (!again.succeeded) console.log("it belongs to", again.results[0]?.text);
   * // → it belongs to me
   * await ensemble.close();
   * ```
   */
  txn(): Txn<readonly [], readonly []> {
    return new Txn(this.#perform, { compare: [], success: [], failure: [] });
  }

  /**
   * Forgets what keys were before the revision.
   *
   * @param options - `physical`: answer when the space is free again
   */
  async compact(
    revision: number,
    options: CallOptions & { readonly physical?: boolean } = {},
  ): Promise<void> {
    const request = encodeCompaction({ revision, physical: options.physical ?? false });
    await this.#rpc.call(COMPACT, request, options);
  }

  /**
   * Tells what happens to one key, or to a range of them. The watch outlives connections and servers:
   * it goes on where it was, and says so when it cannot.
   *
   * ```ts
   * import { prefix, startEnsemble } from "@quorate/kv";
   *
   * const ensemble = await startEnsemble();
   * const client = ensemble.client();
   * const watch = client.watch(prefix("config/"));
   * await watch.ready;
   * await client.put("config/colour", "green");
   * await client.delete("config/colour");
   * for await (const item of watch) {
   *   if (item.kind === "gap") console.log("read again at", item.compacted);
   *   if (item.kind !== "changes") continue;
   *   for (const { kind, kv } of item.changes) console.log(kind, kv.keyText, ...(kind === "put" ? [kv.text] : []));
   *   if (item.changes.some(({ kind }) => kind === "delete")) break;
   * }
   * // → put config/colour green
   * // → delete config/colour
   * await ensemble.close();
   * ```
   */
  watch(keys: Keys, options: WatchOptions = {}): Watch {
    return new Watch(new WatchFeed(this.#watches, keyRangeOf(keys), options));
  }

  /**
   * Asks for a lease and keeps it alive, until it is revoked or this client is closed.
   *
   * @param ttlSeconds - how long it outlives this process at most; the server may give more
   *
   * ```ts
   * import { startEnsemble } from "@quorate/kv";
   *
   * const ensemble = await startEnsemble();
   * const client = ensemble.client();
   * const lease = await client.lease(10);
   * await client.put("alive/me", "yes", { lease });
   * lease.lost.addEventListener("abort", () => console.log(lease.lost.reason.why));
   * await lease.revoke();
   * // → revoked
   * console.log(await client.get("alive/me"));
   * // → null
   * await ensemble.close();
   * ```
   */
  async lease(ttlSeconds: number, options: CallOptions = {}): Promise<Lease> {
    const askedAt = this.clock.now();
    const granted = await this.leases.grant(ttlSeconds, options);
    return new Lease(this.leases, this.clock, this.#keepAlive, granted, askedAt);
  }

  /**
   * Waits for a lock, in the order in which it was asked for, with all clients of etcd that use the
   * name. Names in use must not be others with a slash and more behind them.
   *
   * ```ts
   * import { startEnsemble } from "@quorate/kv";
   *
   * const ensemble = await startEnsemble();
   * const client = ensemble.client();
   * const lock = await client.lock("nightly-report", { ttlSeconds: 10 });
   * console.log(await client.tryLock("nightly-report"));
   * // → null
   * // Whatever stores the report refuses a smaller token than the greatest it has seen.
   * console.log(lock.fencingToken > 0, lock.lost.aborted);
   * // → true false
   * await lock.release();
   * await ensemble.close();
   * ```
   */
  lock(name: Bytes, options: ClaimOptions = {}): Promise<Lock> {
    return lock(this, name, options);
  }

  /** Takes a lock if nobody has it or waits for it; null if somebody does. */
  tryLock(name: Bytes, options: ClaimOptions = {}): Promise<Lock | null> {
    return tryLock(this, name, options);
  }

  /**
   * An election, together with all clients of etcd that use the name; names are as those of locks.
   *
   * ```ts
   * import { startEnsemble } from "@quorate/kv";
   *
   * const ensemble = await startEnsemble();
   * const election = ensemble.client().election("scheduler");
   * const leadership = await election.campaign("host-1");
   * console.log((await election.leader())?.text);
   * // → host-1
   * await leadership.proclaim("host-1, busy");
   * for await (const leader of election.observe()) {
   *   console.log(leader?.text);
   *   // → host-1, busy
   *   break;
   * }
   * await leadership.resign();
   * await ensemble.close();
   * ```
   */
  election(name: Bytes): Election {
    return new Election(this, name);
  }

  /**
   * Which instances of which services there are, under keys that begin with the root.
   *
   * ```ts
   * import { startEnsemble } from "@quorate/kv";
   *
   * const ensemble = await startEnsemble();
   * const registry = ensemble.client().registry();
   * const registration = await registry.register("mail", "host-1", { port: 25 });
   * for await (const instances of registry.watch("mail")) {
   *   console.log(instances.map(({ name, metadata }) => `${name} ${JSON.stringify(metadata)}`));
   *   // → [ 'host-1 {"port":25}' ]
   *   break;
   * }
   * await registration.withdraw();
   * await ensemble.close();
   * ```
   */
  registry(root?: string): ServiceRegistry {
    return new ServiceRegistry(this, root);
  }

  /** All keys of a range as they are, and again after every revision that changed one of them. */
  mirror(keys: Keys, options: MirrorOptions = {}): AsyncGenerator<Snapshot, void> {
    return mirror(this, keys, options);
  }

  /** Ends everything that is under way, and the connections. */
  close(): void {
    this.#keepAlive.close();
    this.#watches.close();
    this.#rpc.channel.close();
  }
}
