import { expect, test } from "vitest";
import { ImageSize, ImageView, MvccStore } from "../../../src/etcd/store/index.ts";
import { Alarms } from "../../../src/etcd/alarm/alarms.ts";
import { LeaseTable } from "../../../src/etcd/lease/index.ts";
import { utf8Encode } from "@quorate/core";
import { changesOf } from "./inspect.ts";

function storeOf(changes: number): MvccStore {
  const store = new MvccStore(1, 0, { segmentChangesMax: 8 });
  for (let i = 0; i < changes; i++) {
    const key = `key ${i % 7}`;
    if (i % 5 === 4 && store.get(key, store.revision) !== null) store.delete(key);
    else store.put(key, utf8Encode("x".repeat((i * 37) % 300)), 0n);
    store.commit();
  }
  return store;
}

/** How large the image is said to be, and how large it is. */
function sizes(store: MvccStore, step: number): [said: number, found: number, changes: number] {
  const leases = new LeaseTable();
  leases.grant(7n, 60);
  leases.grant(8n, 60);
  const view = new ImageView({
    revision: store.revision,
    changes: store.pin(),
    leases,
    alarms: new Alarms([{ member: "a1", kind: "noSpace" }]),
    members: [utf8Encode("a member")],
  });
  const size = new ImageSize(view.headBytes, store.pin());
  while (size.advance(step));
  let bytes = 0;
  for (let chunk = view.read(100); chunk !== null; chunk = view.read(100)) bytes += chunk.length;
  return [size.bytes, bytes, size.changes];
}

test.each([1, 7, 1000])("an image is as large as it was measured, %i changes at a time", (step) => {
  for (const count of [0, 1, 50]) {
    const store = storeOf(count);
    const [said, found, changes] = sizes(store, step);
    expect(said).toBe(found);
    expect(changes).toBe(count);
  }
});

test("what a compaction has forgotten does not count, swept or not", () => {
  const store = storeOf(50);
  store.compact(40);
  const [said, found, changes] = sizes(store, 7);
  expect(said).toBe(found);
  expect(changes).toBe(changesOf(store).length);
  expect(changes).toBeLessThan(50);
  while (store.sweep());
  expect(sizes(store, 7)).toEqual([said, found, changes]);
});
