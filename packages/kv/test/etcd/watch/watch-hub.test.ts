import * as fc from "fast-check";
import { Prng } from "@quorate/core";
import { describe, expect, test } from "vitest";
import {
  decodeWatchRequest,
  encodeWatchCreate,
  type WatchCreateRequest,
} from "../../../src/etcd/codec/index.ts";
import { ImageSink, ImageView, keyRange, MvccStore } from "../../../src/etcd/store/index.ts";
import { WatchHub, type WatchLimits, type WatchOutput } from "../../../src/etcd/watch/index.ts";
import { bytesOf } from "../apply/commands.ts";
import { NOTHING_ELSE } from "../store/inspect.ts";
import { ClientStream, WatchedKeyspace, type Wanted } from "./watched-keyspace.ts";

const STREAMS = 3;

// Few keys, so that watchers meet changes.
const anyKey = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 2 });
const anyEnd = fc.constantFrom("", "", "\0", "b", "c");
const anyValue = fc.string({ unit: fc.constantFrom("x", "y"), maxLength: 30 });
const aShare = fc.double({ min: 0, max: 1, noNaN: true });
const aStream = fc.nat({ max: STREAMS - 1 });
const aRoom = fc.oneof(fc.nat({ max: 3 }), fc.constant(1000));

type Write = { readonly key: string; readonly value: string | null };
type Step =
  | { readonly kind: "write"; readonly writes: readonly Write[] }
  | { readonly kind: "deleteAll"; readonly key: string; readonly end: string }
  | { readonly kind: "compact" | "skip"; readonly share: number }
  | { readonly kind: "publish" | "restore" }
  | { readonly kind: "sweep" | "work"; readonly slices: number }
  | {
      readonly kind: "create";
      readonly stream: number;
      readonly wanted: Wanted;
      readonly share: number;
    }
  | { readonly kind: "cancel"; readonly stream: number; readonly which: number }
  | { readonly kind: "askProgress" | "reopen"; readonly stream: number }
  | { readonly kind: "limit" | "drain"; readonly stream: number; readonly room: number };

const anyWanted = fc.record({
  key: anyKey,
  end: anyEnd,
  start: fc.constant(0),
  noPut: fc.constantFrom(false, false, false, true),
  noDelete: fc.constantFrom(false, false, false, true),
  prevKv: fc.boolean(),
  fragment: fc.boolean(),
});

const weighted = <Kind extends string, Rest extends object>(
  weight: number,
  kind: Kind,
  rest: { readonly [Field in keyof Rest]: fc.Arbitrary<Rest[Field]> },
): { weight: number; arbitrary: fc.Arbitrary<{ kind: Kind } & Rest> } => ({
  weight,
  arbitrary: fc.record(rest).map((fields) => ({ kind, ...(fields as Rest) })),
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  weighted(12, "write", {
    writes: fc.uniqueArray(fc.record({ key: anyKey, value: fc.option(anyValue) }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 6,
    }),
  }),
  weighted(1, "deleteAll", { key: anyKey, end: anyEnd }),
  weighted(2, "compact", { share: aShare }),
  weighted(2, "sweep", { slices: fc.nat({ max: 4 }) }),
  weighted(4, "publish", {}),
  weighted(6, "work", { slices: fc.nat({ max: 3 }) }),
  weighted(1, "restore", {}),
  weighted(1, "skip", { share: aShare }),
  weighted(6, "create", {
    stream: aStream,
    wanted: anyWanted,
    share: fc.option(aShare, { nil: -1 }),
  }),
  weighted(1, "cancel", { stream: aStream, which: fc.nat({ max: 5 }) }),
  weighted(2, "askProgress", { stream: aStream }),
  weighted(1, "reopen", { stream: aStream }),
  weighted(3, "limit", { stream: aStream, room: fc.nat({ max: 3 }) }),
  weighted(4, "drain", { stream: aStream, room: aRoom }),
);

/** As another member's snapshot gives it: what is forgotten is gone. */
function copyOf(store: MvccStore): MvccStore {
  let copy = store;
  const { revision } = store;
  const view = new ImageView({ ...NOTHING_ELSE, revision, changes: store.pin() });
  const sink = new ImageSink((state) => (copy = state.store));
  for (let chunk = view.read(50); chunk !== null; chunk = view.read(50)) sink.write(chunk);
  sink.finish();
  return copy;
}

class Member {
  readonly keyspace = new WatchedKeyspace();
  readonly streams = Array.from({ length: STREAMS }, () => new ClientStream(this.keyspace));

  take(step: Step): void {
    const { keyspace } = this;
    const { hub, store, model } = keyspace;
    const at = (share: number): number => Math.floor(share * (store.revision + 1));
    switch (step.kind) {
      case "write":
        return keyspace.write(step.writes);
      case "deleteAll": {
        const found = model.range(keyRange(bytesOf(step.key), bytesOf(step.end)), model.revision);
        return keyspace.write(found.map(({ key }) => ({ key, value: null })));
      }
      case "compact":
        return keyspace.compact(at(step.share));
      case "sweep":
        for (let i = 0; i < step.slices; i++) store.sweep();
        return;
      case "publish":
        return hub.publish();
      case "work":
        return keyspace.work(step.slices);
      // This member's log went on in a snapshot, which may have forgotten what was never published.
      case "skip":
        for (let i = 0; i < 5; i++) keyspace.write([{ key: "ab", value: String(i) }]);
        keyspace.compact(at(step.share));
        keyspace.store = copyOf(store);
        return hub.publish();
      case "restore":
        keyspace.store = copyOf(store);
        return hub.publish();
      case "create": {
        const start = step.share < 0 ? 0 : at(step.share) + 2;
        return this.#stream(step.stream).create({ ...step.wanted, start });
      }
      case "cancel":
        return this.#stream(step.stream).cancel(step.which);
      case "askProgress":
        return this.#stream(step.stream).askProgress();
      case "reopen":
        this.#stream(step.stream).close();
        this.streams[step.stream] = new ClientStream(keyspace);
        return;
      case "limit":
        return this.#stream(step.stream).limit(step.room);
      case "drain":
        return this.#stream(step.stream).drain(step.room);
    }
  }

  /** Where nothing is left to be done, nothing is left to be said. */
  check(): void {
    const { hub, isIdle } = this.keyspace;
    expect(hub.watchers).toBe(this.streams.reduce((sum, { clients }) => sum + clients.length, 0));
    expect(hub.streams).toBe(STREAMS);
    if (!isIdle) return;
    for (const stream of this.streams) if (!stream.isFull) stream.hasHeardAll();
  }

  settle(): void {
    this.keyspace.hub.publish();
    for (let i = 0; i < 10_000 && this.streams.some(({ isFull }) => isFull); i++) {
      for (const stream of this.streams) stream.drain(1 + (i % 3));
      this.keyspace.work(10);
    }
    for (const stream of this.streams) stream.limit(Infinity);
    this.keyspace.work(10_000);
    expect(this.keyspace.isIdle).toBe(true);
    expect(this.keyspace.hub.published).toBe(this.keyspace.store.revision);
    this.check();
  }

  #stream(which: number): ClientStream {
    const stream = this.streams[which];
    if (stream === undefined) throw new Error(`no stream ${which}`);
    return stream;
  }
}

/** A hub, and what is said on its streams. */
function hubWith(limits: Partial<WatchLimits>): {
  readonly hub: WatchHub;
  readonly said: string[];
  readonly output: WatchOutput;
} {
  const said: string[] = [];
  const hub = new WatchHub({
    source: { store: new MvccStore() },
    progressNotifyMillis: 1000,
    prng: new Prng(1),
    wantWork: () => {},
    limits,
  });
  const output: WatchOutput = {
    send: (response) => {
      said.push(response.kind === "refused" ? response.reason : response.kind);
      return true;
    },
  };
  return { hub, said, output };
}

const CREATE = decodeWatchRequest(encodeWatchCreate({ key: bytesOf("a") })) as WatchCreateRequest;

test("a stream, and all of them together, have only so many watchers", () => {
  const { hub, said, output } = hubWith({ streamWatchersMax: 2, watchersMax: 3 });
  const [one, other] = [hub.open(output), hub.open(output)];
  const ofStream = "etcdserver: too many watchers on one stream, at most 2";
  const ofMember = "etcdserver: too many watchers on this member, at most 3";
  for (const stream of [one, one, one, other, other]) stream.create(CREATE);
  expect(said.splice(0)).toEqual(["created", "created", ofStream, "created", ofMember]);
  one.cancel(0n);
  other.create(CREATE);
  one.create(CREATE);
  expect(said.splice(0)).toEqual(["canceled", "created", ofMember]);
  other.close();
  one.create(CREATE);
  expect(said).toEqual(["created"]);
});

test("nobody watches for a client that is cut off while it is told so", () => {
  const { hub } = hubWith({});
  const stream = hub.open({
    send: () => {
      stream.close();
      return false;
    },
  });
  stream.create(CREATE);
  expect([hub.watchers, hub.streams]).toEqual([0, 0]);
});

// What fails is made small, which takes a while.
describe("whatever is written, forgotten, watched and read slowly", { timeout: 60_000 }, () => {
  test("every watcher is told everything once and in order, or that it is gone", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120, size: "max" }), (steps) => {
        const member = new Member();
        for (const step of steps) {
          member.take(step);
          member.check();
        }
        member.settle();
        for (const stream of member.streams) stream.close();
        const { watchers, streams, behind } = member.keyspace.hub;
        expect([watchers, streams, behind]).toEqual([0, 0, 0]);
      }),
      { numRuns: 400 },
    );
  });
});
