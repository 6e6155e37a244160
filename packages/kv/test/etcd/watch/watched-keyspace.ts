import { assert, Prng } from "@quorate/core";
import { expect } from "vitest";
import {
  NO_WATCH_ID,
  type WatchEvent,
  type WatchEventsResponse,
  type WatchResponse,
} from "../../../src/etcd/codec/index.ts";
import { isInRange, keyRange, MvccStore, type KeyRange } from "../../../src/etcd/store/index.ts";
import { WatchHub, type WatchOutput, type WatchStream } from "../../../src/etcd/watch/index.ts";
import { bytesOf, textOf } from "../apply/commands.ts";
import { NaiveKeyspace, type NaiveChange } from "../store/naive-keyspace.ts";

/** What a watcher is asked for in a test. */
export interface Wanted {
  readonly key: string;
  readonly end: string;
  readonly start: number;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
}

/** A watcher as its client sees it, and what it must have been told. */
class Client {
  readonly wanted: Wanted;
  readonly #range: KeyRange;
  readonly #from: number;
  #told = 0;
  /** It has heard of everything up to here. */
  #through: number;
  #isOver = false;
  #inFragments = false;

  constructor(wanted: Wanted, createdAt: number) {
    this.wanted = wanted;
    this.#range = keyRange(bytesOf(wanted.key || "\0"), bytesOf(wanted.end));
    this.#from = wanted.start === 0 ? createdAt + 1 : wanted.start;
    this.#through = this.#from - 1;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get through(): number {
    return this.#through;
  }

  end(): void {
    this.#isOver = true;
  }

  /** What it wants of history up to a revision, of which it has heard some already. */
  #outstanding(history: readonly NaiveChange[], through: number): NaiveChange[] {
    const { noPut, noDelete } = this.wanted;
    return history
      .filter(({ key, mod }) => isInRange(key, this.#range) && mod >= this.#from && mod <= through)
      .filter(({ value }) => (value === null ? !noDelete : !noPut))
      .slice(this.#told);
  }

  /** Nothing is left out, said twice, or said in another order. */
  take(
    keyspace: WatchedKeyspace,
    { events, revision, isFragment: more }: WatchEventsResponse,
  ): void {
    assert(events.length > 0, "events without any");
    assert(!more || this.wanted.fragment, "a piece for one who wants none");
    const outstanding = this.#outstanding(keyspace.model.changes, revision);
    const expected = more ? outstanding.slice(0, events.length) : outstanding;
    const [told, changes] = [events.map(toldOf).join(), expected.map(changeOf).join()];
    assert(told === changes, `told ${told} instead of ${changes}`);
    for (const [i, event] of events.entries()) this.#checkPrev(keyspace, event, expected[i]);
    this.#inFragments = more;
    this.#told += events.length;
    if (!more) this.hasHeardAll(keyspace, revision);
  }

  hasHeardAll({ model }: WatchedKeyspace, through: number): void {
    assert(this.#outstanding(model.changes, through).length === 0, "something was left out");
    assert(!this.#inFragments, "the last fragment is missing");
    this.#through = Math.max(this.#through, through);
  }

  #checkPrev(keyspace: WatchedKeyspace, { kv, prevKv }: WatchEvent, change?: NaiveChange): void {
    if (!this.wanted.prevKv || change === undefined) return;
    const [before] = keyspace.model.range({ from: kv.key, to: `${kv.key}\0` }, kv.mod - 1);
    if (prevKv === null && kv.mod <= keyspace.store.compacted) return;
    expect(prevKv === null ? null : [prevKv.mod, textOf(prevKv.value)]).toEqual(
      before === undefined ? null : [before.mod, before.value],
    );
  }
}

const toldOf = ({ kv, isDeletion }: WatchEvent): string =>
  changeOf({ ...kv, value: isDeletion ? null : textOf(kv.value) });

const changeOf = ({ key, mod, create, count, value }: Omit<NaiveChange, "sub">): string =>
  `${value === null ? "-" : ""}${key}=${value}@${mod}/${create}/${count}`;

/** A client's stream, which takes so much and then wants the member to wait. */
export class ClientStream implements WatchOutput {
  readonly #keyspace: WatchedKeyspace;
  readonly #stream: WatchStream;
  readonly #clients = new Map<bigint, Client>();
  /** The one that is being created, and whether its answer is still to come. */
  #creating: Wanted | null = null;
  #isCreating = false;
  #room = Infinity;
  #isFull = false;
  #isInFragments = false;
  progressAsked = 0;
  progressTold = 0;

  constructor(keyspace: WatchedKeyspace) {
    this.#keyspace = keyspace;
    this.#stream = keyspace.hub.open(this);
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Watchers that are not over. */
  get clients(): readonly Client[] {
    return [...this.#clients.values()].filter((client) => !client.isOver);
  }

  create(wanted: Wanted): void {
    this.#creating = wanted;
    this.#isCreating = true;
    const { key, end, start: startRevision, ...rest } = wanted;
    const range = { key: bytesOf(key), rangeEnd: bytesOf(end), startRevision };
    this.#stream.create({ kind: "create", ...range, watchId: 0n, progressNotify: true, ...rest });
    this.#isCreating = false;
    expect(this.#creating).toBe(null);
  }

  cancel(which: number): void {
    const ids = [...this.#clients].filter(([, client]) => !client.isOver).map(([id]) => id);
    const id = ids[which % ids.length];
    if (id === undefined) return;
    this.#stream.cancel(id);
    expect(this.#clients.get(id)?.isOver).toBe(true);
  }

  askProgress(): void {
    this.progressAsked++;
    this.#stream.requestProgress();
  }

  /** Nothing waits to be said. */
  hasHeardAll(): void {
    for (const client of this.clients)
      client.hasHeardAll(this.#keyspace, this.#keyspace.hub.published);
    expect(this.progressTold > 0).toBe(this.progressAsked > 0);
    this.progressAsked = 0;
    this.progressTold = 0;
  }

  /** From now on there is room for so many responses. */
  limit(room: number): void {
    this.#room = room;
  }

  drain(room: number): void {
    this.#room = room;
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#stream.drained();
  }

  close(): void {
    for (const client of this.#clients.values()) client.end();
    this.#stream.close();
  }

  send(response: WatchResponse): boolean {
    const keyspace = this.#keyspace;
    // To a client that is full only the rest of a revision may be said, and that it was created or ended.
    const mayWait = response.kind === "events" || response.kind === "progress";
    assert(!this.#isFull || !mayWait || this.#isInFragments, "nothing was to be said any more");
    switch (response.kind) {
      case "created": {
        const wanted = this.#creating;
        this.#creating = null;
        expect(response.revision).toBe(keyspace.store.revision);
        if (wanted !== null)
          this.#clients.set(response.watchId, new Client(wanted, response.revision));
        break;
      }
      case "refused":
        this.#creating = null;
        break;
      case "canceled":
        this.#client(response.watchId).end();
        break;
      case "compacted":
        this.#takeCompacted(this.#client(response.watchId), response.compacted);
        break;
      case "progress":
        this.#takeProgress(response.watchId, response.revision);
        break;
      case "events": {
        this.#isInFragments = response.isFragment;
        this.#client(idOf(response.watchIdField)).take(keyspace, response);
      }
    }
    this.#room--;
    if (this.#room <= 0) this.#isFull = true;
    return this.#room > 0;
  }

  #takeCompacted(client: Client, compacted: number): void {
    const { store } = this.#keyspace;
    client.end();
    expect(compacted).toBe(store.compacted);
    // It is too old from its beginning, or what it has missed is gone.
    if (this.#isCreating) expect(client.wanted.start).toBeLessThan(compacted);
    else expect(client.through + 1).toBeLessThan(store.intactFrom);
  }

  #takeProgress(watchId: bigint, revision: number): void {
    if (watchId === NO_WATCH_ID) {
      this.progressTold++;
      for (const client of this.clients) client.hasHeardAll(this.#keyspace, revision);
    } else this.#client(watchId).hasHeardAll(this.#keyspace, revision);
  }

  #client(watchId: bigint): Client {
    const client = this.#clients.get(watchId);
    if (client === undefined || client.isOver) throw new Error(`nobody waits for ${watchId}`);
    return client;
  }
}

/** Small ids take one byte behind the tag, and 0 none. */
const idOf = (field: Uint8Array): bigint => BigInt(field[1] ?? 0);

/** A store with all that ever happened to it, and the hub that tells of it. */
export class WatchedKeyspace {
  readonly model = new NaiveKeyspace();
  store = new MvccStore(1, 0, { segmentChangesMax: 3 });
  readonly hub: WatchHub;
  #wantsWork = false;

  constructor() {
    this.hub = new WatchHub({
      source: this,
      progressNotifyMillis: 1000,
      prng: new Prng(1),
      wantWork: () => {
        expect(this.#wantsWork).toBe(false);
        this.#wantsWork = true;
      },
      limits: { fragmentBytes: 30, gather: { changesMax: 3, bytesMax: 400 }, sliceWatchersMax: 2 },
    });
  }

  /** One revision, or none; nobody is told yet. */
  write(writes: readonly { readonly key: string; readonly value: string | null }[]): void {
    const { store, model } = this;
    const effective = writes.filter(
      ({ key, value }) => value !== null || store.get(key, store.revision) !== null,
    );
    for (const { key, value } of effective) {
      if (value === null) store.delete(key);
      else store.put(key, bytesOf(value), 0n);
    }
    store.commit();
    model.write(effective);
  }

  compact(revision: number): void {
    if (revision <= this.store.compacted || revision > this.store.revision) return;
    this.store.compact(revision);
    this.model.compacted = revision;
  }

  /** Does so many slices of what the hub wants to do. */
  work(slices: number): void {
    for (let i = 0; i < slices && this.#wantsWork; i++) this.#wantsWork = this.hub.advance();
  }

  get isIdle(): boolean {
    return !this.#wantsWork;
  }
}
