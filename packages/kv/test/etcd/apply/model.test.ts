import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { executeTxn, planTxn, range as read } from "../../../src/etcd/apply/index.ts";
import { deleteRange, put as write } from "../../../src/etcd/apply/write.ts";
import type { RangeRequest, RequestOp } from "../../../src/etcd/codec/index.ts";
import {
  ImageSink,
  ImageView,
  keyRange,
  KvHash,
  MvccStore,
  type KeyRange,
} from "../../../src/etcd/store/index.ts";
import { changesOf, hashOf, NOTHING_ELSE, sweepAll } from "../store/inspect.ts";
import { NaiveKeyspace, type NaiveChange } from "../store/naive-keyspace.ts";
import { bytesOf, del, put, range, textOf, txn } from "./commands.ts";

// Few characters, so that keys meet; the smallest and the greatest among them.
const anyKey = fc.string({
  unit: fc.constantFrom("a", "b", "\0", "\u00ff"),
  minLength: 1,
  maxLength: 3,
});
const anyEnd = fc.oneof(fc.constantFrom("", "\0"), anyKey);
const anyValue = fc.string({ unit: fc.constantFrom("x", "y"), maxLength: 3 });
const aShare = fc.double({ min: 0, max: 1, noNaN: true });

/** A write of a transaction: a put, or the deletion of one key. */
const anyWrite = fc.record({ key: anyKey, value: fc.option(anyValue) });

type Step =
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "delete"; readonly key: string; readonly end: string }
  | { readonly kind: "txn"; readonly writes: readonly { key: string; value: string | null }[] }
  /** To a share of what can be compacted. */
  | { readonly kind: "compact"; readonly share: number }
  | { readonly kind: "sweep"; readonly slices: number }
  | { readonly kind: "restore" };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("put"), key: anyKey, value: anyValue }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete"), key: anyKey, end: anyEnd }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("txn"),
      writes: fc.uniqueArray(anyWrite, { selector: ({ key }) => key, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("compact"), share: aShare }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("sweep"), slices: fc.nat({ max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore") }) },
);

const anyRange = fc.record({
  key: anyKey,
  end: anyEnd,
  /** Where between the last compaction and now. */
  share: fc.oneof(fc.constant(1), aShare),
  limit: fc.nat({ max: 4 }),
  sortOrder: fc.constantFrom("none", "ascend", "descend"),
  sortTarget: fc.constantFrom("key", "key", "version", "create", "mod", "value"),
  countOnly: fc.constantFrom(false, false, true),
  keysOnly: fc.boolean(),
  minMod: fc.oneof(fc.constant(0), aShare),
  maxCreate: fc.oneof(fc.constant(0), aShare),
});
type AnyRange = typeof anyRange extends fc.Arbitrary<infer T> ? T : never;

const at = (share: number, from: number, to: number): number =>
  from + Math.floor(share * (to - from));

/** Stores that went through the same, of which only two forget, and the model of them. */
class Stores {
  readonly model = new NaiveKeyspace();
  readonly lazy = new MvccStore(1, 0, { blockKeysMax: 4, segmentChangesMax: 3 });
  readonly swept = new MvccStore(1, 0, { blockKeysMax: 3, segmentChangesMax: 5 });
  /** Cut as in production; now and then restored from another one's snapshot. */
  restored = new MvccStore();

  get all(): readonly MvccStore[] {
    return [this.lazy, this.swept, this.restored];
  }

  get oldest(): number {
    return Math.max(1, this.model.compacted);
  }

  take(step: Step): void {
    const { model } = this;
    switch (step.kind) {
      case "put":
        this.#each((store) => void write(store, put(step.key, step.value)));
        return model.write([step]);
      case "delete":
        this.#each((store) => void deleteRange(store, del(step.key, step.end)));
        return model.write(this.#deletions(keyRange(bytesOf(step.key), bytesOf(step.end))));
      case "txn":
        this.#each((store) => this.#transact(store, step.writes));
        return model.write(
          step.writes.filter(({ key, value }) => value !== null || this.#deletions(only(key))[0]),
        );
      case "compact": {
        const revision = at(step.share, model.compacted + 1, model.revision);
        if (revision <= model.compacted || revision > model.revision) return;
        model.compacted = revision;
        return this.#each((store) => store.compact(revision));
      }
      case "sweep":
        for (let i = 0; i < step.slices; i++) this.swept.sweep();
        return;
      case "restore":
        this.restored = copyOf(this.lazy);
    }
  }

  #each(action: (store: MvccStore) => void): void {
    for (const store of this.all) {
      action(store);
      store.commit();
    }
  }

  /** Counts before, between and behind its writes: reads in a transaction see what it did so far. */
  #transact(store: MvccStore, writes: readonly { key: string; value: string | null }[]): void {
    const everything = range("\0", { rangeEnd: bytesOf("\0"), countOnly: true });
    const counted = writes.flatMap(({ key, value }): RequestOp[] => [
      everything,
      value === null ? del(key) : put(key, value),
    ]);
    const { responses } = executeTxn(store, planTxn(store, txn([...counted, everything])));
    const counts = responses.flatMap((response) =>
      response.kind === "range" ? response.count : [],
    );
    const live = new Set(this.model.range(ALL, this.model.revision).map(({ key }) => key));
    const expected = [live.size];
    for (const { key, value } of writes) {
      if (value === null) live.delete(key);
      else live.add(key);
      expected.push(live.size);
    }
    expect(counts).toEqual(expected);
  }

  #deletions(keys: KeyRange): { key: string; value: null }[] {
    const found = this.model.range(keys, this.model.revision);
    return found.map(({ key }) => ({ key, value: null }));
  }
}

const ALL: KeyRange = { from: "", to: null };
const only = (key: string): KeyRange => ({ from: key, to: `${key}\0` });

function copyOf(store: MvccStore): MvccStore {
  let copy = store;
  const sink = new ImageSink((state) => (copy = state.store));
  for (const chunk of snapshotOf(store)) sink.write(chunk);
  sink.finish();
  return copy;
}

function snapshotOf(store: MvccStore): Uint8Array[] {
  const view = new ImageView({ ...NOTHING_ELSE, revision: store.revision, changes: store.pin() });
  const chunks: Uint8Array[] = [];
  for (let chunk = view.read(50); chunk !== null; chunk = view.read(50)) chunks.push(chunk);
  return chunks;
}

function requestOf(asked: AnyRange, oldest: number, newest: number): RangeRequest {
  return range(asked.key, {
    rangeEnd: bytesOf(asked.end),
    limit: asked.limit,
    sortOrder: asked.sortOrder,
    sortTarget: asked.sortTarget,
    countOnly: asked.countOnly,
    keysOnly: asked.keysOnly,
    minModRevision: at(asked.minMod, 0, newest),
    maxCreateRevision: asked.maxCreate === 0 ? 0 : at(asked.maxCreate, oldest, newest + 1),
  });
}

/** Everything in the range, then what passes, then sorted, then cut off. */
function naiveAnswer(model: NaiveKeyspace, request: RangeRequest, revision: number): unknown {
  const all = model.range(keyRange(request.key, request.rangeEnd), revision);
  const { minModRevision, maxCreateRevision, sortTarget, sortOrder, limit } = request;
  const passed = all.filter(
    ({ mod, create }) =>
      mod >= minModRevision && (maxCreateRevision === 0 || create <= maxCreateRevision),
  );
  const by = (change: NaiveChange): string | number =>
    sortTarget === "version"
      ? change.count
      : sortTarget === "value"
        ? (change.value ?? "")
        : change[sortTarget ?? "key"];
  const sign = sortOrder === "descend" ? -1 : 1;
  passed.sort((a, b) => (by(a) < by(b) ? -sign : by(a) > by(b) ? sign : 0));
  const kvs = limit > 0 ? passed.slice(0, limit) : passed;
  if (request.countOnly) return { kvs: [], more: false, count: all.length };
  return {
    kvs: kvs.map(({ key, create, mod, count, value }) => {
      return { key, create, mod, count, value: request.keysOnly ? "" : value };
    }),
    more: kvs.length < passed.length,
    count: all.length,
  };
}

function answer(store: MvccStore, request: RangeRequest, revision: number): unknown {
  const { kvs, more, count } = read(store, request, revision);
  return {
    kvs: kvs.map((kv) => ({
      key: kv.key,
      create: kv.create,
      mod: kv.mod,
      count: kv.count,
      value: textOf(kv.value),
    })),
    more,
    count,
  };
}

const told = (store: MvccStore): NaiveChange[] =>
  changesOf(store).map(({ key, mod, sub, create, count, value, isDeletion }) => {
    return { key, mod, sub, create, count, value: isDeletion ? null : textOf(value) };
  });

// What fails is made small, which takes a while.
describe("whatever was written, deleted, compacted and swept", { timeout: 60_000 }, () => {
  test("ranges and counts at every revision are the model's", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 80, size: "max" }),
        fc.array(anyRange, { minLength: 5, maxLength: 10 }),
        (steps, ranges) => {
          const stores = new Stores();
          const { model } = stores;
          for (const step of steps) stores.take(step);
          for (const asked of ranges) compare(stores, asked);
          for (let revision = stores.oldest; revision <= model.revision; revision++) {
            const live = model.range(ALL, revision).length;
            for (const store of stores.all) expect(store.count(ALL, revision)).toBe(live);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("members that have swept, have not, and were restored have one hash and one snapshot", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: "max" }), aShare, (steps, share) => {
        const stores = new Stores();
        for (const step of steps) stores.take(step);
        const { lazy, model, oldest, all } = stores;
        for (const store of all) expect(told(store)).toEqual(model.kept());
        const revision = at(share, oldest, model.revision);
        const hash = hashOf(lazy, revision);
        const snapshot = snapshotOf(lazy);
        for (const store of all) {
          expect(hashOf(store, revision, 1)).toBe(hash);
          expect(snapshotOf(store)).toEqual(snapshot);
          sweepAll(store);
          expect(hashOf(store, revision, 1)).toBe(hash);
          expect(snapshotOf(store)).toEqual(snapshot);
          expect([store.bytes, store.keyCount]).toEqual([
            copyOf(lazy).bytes,
            copyOf(lazy).keyCount,
          ]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("what was pinned stays as it was, however much happens while it is read", () => {
    const anySteps = fc.array(anyStep, { maxLength: 40, size: "max" });
    fc.assert(
      fc.property(anySteps, anySteps, (before, meanwhile) => {
        const stores = new Stores();
        for (const step of before) stores.take(step);
        const { swept } = stores;
        const { revision } = swept;
        const [hash, snapshot] = [hashOf(swept, revision), snapshotOf(swept)];
        const fold = new KvHash(swept.pin(), revision);
        const view = new ImageView({ ...NOTHING_ELSE, revision, changes: swept.pin() });
        const chunks: Uint8Array[] = [];
        const steps = [...meanwhile];
        // Then to the end, with nothing more happening.
        for (let isHashing = true, chunk = view.read(50); isHashing || chunk !== null;) {
          const step = steps.shift();
          if (step) stores.take(step);
          isHashing &&= fold.advance(1);
          if (chunk === null) continue;
          chunks.push(chunk);
          chunk = view.read(50);
        }
        expect(fold.value).toBe(hash);
        expect(chunks).toEqual(snapshot);
      }),
      { numRuns: 200 },
    );
  });

  function compare({ model, all, oldest }: Stores, asked: AnyRange): void {
    const revision = at(asked.share, oldest, model.revision);
    const request = requestOf(asked, oldest, model.revision);
    const expected = naiveAnswer(model, request, revision);
    for (const store of all) expect(answer(store, request, revision)).toEqual(expected);
  }
});
