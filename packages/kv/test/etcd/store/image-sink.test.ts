import { describe, expect, test } from "vitest";
import { ImageSink, ImageView, type MvccStore } from "../../../src/etcd/store/index.ts";
import { PinnedChanges } from "../../../src/etcd/store/pinned-changes.ts";
import type { Version } from "../../../src/etcd/store/version.ts";
import { NOTHING_ELSE } from "./inspect.ts";
import { versionOf } from "./parts.ts";

function restored(changes: readonly Version[], revision: number): MvccStore | null {
  const view = new ImageView({
    ...NOTHING_ELSE,
    revision,
    changes: new PinnedChanges([changes], 0),
  });
  let store: MvccStore | null = null;
  const sink = new ImageSink((state) => (store = state.store));
  for (let chunk = view.read(20); chunk !== null; chunk = view.read(20)) sink.write(chunk);
  sink.finish();
  return store;
}

describe("an image with a sound checksum", () => {
  test("is taken", () => {
    const store = restored([versionOf("b", 2), versionOf("a", 3)], 5);
    expect([store?.revision, store?.get("a", 5)?.mod]).toEqual([5, 3]);
  });

  test.each([
    ["its changes go back", [versionOf("a", 3), versionOf("b", 2)], 5],
    ["a place is taken twice", [versionOf("a", 3), versionOf("b", 3)], 5],
    ["a change is of a revision to come", [versionOf("a", 6)], 5],
  ])("is refused nevertheless when %s", (_, changes, revision) => {
    expect(() => restored(changes, revision)).toThrow("its changes are out of order");
  });

  test("is refused when its format is another one, which is named", () => {
    const sink = new ImageSink(() => {});
    expect(() => sink.write(Uint8Array.from({ length: 46 }, (_v, i) => (i === 3 ? 1 : 0)))).toThrow(
      "it has format 1, and this version reads 3",
    );
  });
});
