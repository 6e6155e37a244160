import { Prng } from "@quorate/core";
import { OPEN_ACL } from "../../../src/zookeeper/access/index.ts";
import { describe, expect, test } from "vitest";
import {
  DataTree,
  PERSISTENT,
  pathOf,
  statOf,
  type PinnedTree,
  type Znode,
} from "../../../src/zookeeper/store/index.ts";
import { bytes } from "../requests.ts";

const at = (zxid: number, time = 1000 + zxid) => ({ zxid, time });

function make(tree: DataTree, path: string, zxid: number, data: Uint8Array | null = bytes("x")) {
  const slash = path.lastIndexOf("/");
  const parent = find(tree, path.slice(0, slash));
  return tree.create(
    parent,
    path.slice(slash + 1),
    { data, kind: PERSISTENT, acl: OPEN_ACL },
    at(zxid),
  );
}

function find(tree: DataTree, path: string): Znode {
  const node = tree.find(path);
  if (node === null) throw new Error(`no ${path}`);
  return node;
}

/** Everything that a view tells. */
function seen(view: PinnedTree): unknown[] {
  const all: unknown[] = [];
  for (let next = view.next(); next !== null; next = view.next()) {
    const { path, state } = next;
    const { data, created, modified, childrenModified, version, creations, aversion } = state;
    const stamps = [created, modified, childrenModified];
    all.push({ path, data, stamps, version, creations, aversion });
  }
  return all;
}

function everything(tree: DataTree): unknown[] {
  const view = tree.pin();
  const all = seen(view);
  view.release();
  return all;
}

/** The digest of a tree made anew of what the tree tells. */
function digestAnew(tree: DataTree): string {
  const view = tree.pin();
  const root = view.next();
  if (root === null) throw new Error("no root");
  const copy = new DataTree(root.state);
  for (let next = view.next(); next !== null; next = view.next()) copy.add(next.path, next.state);
  view.release();
  return copy.digest;
}

/** Some change that the tree allows. */
function change(tree: DataTree, prng: Prng, zxid: number): void {
  const nodes = paths(tree);
  const path = prng.pick(nodes);
  const node = find(tree, path);
  switch (prng.below(4)) {
    case 0:
      return tree.setData(node, prng.chance(0.2) ? null : bytes(String(prng.below(99))), at(zxid));
    case 1:
      if (node.parent !== null && !node.children?.size) tree.delete(node, at(zxid));
      return;
    default:
      if (!node.children?.has("a")) make(tree, `${path === "/" ? "" : path}/a`, zxid);
      else make(tree, `${path === "/" ? "" : path}/n${zxid}`, zxid);
  }
}

function paths(tree: DataTree): string[] {
  const view = tree.pin();
  const all: string[] = [];
  for (let next = view.next(); next !== null; next = view.next()) all.push(next.path);
  view.release();
  return all;
}

describe("a new tree", () => {
  test("has ZooKeeper's own nodes", () => {
    const tree = DataTree.initial();
    expect(paths(tree)).toEqual(["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"]);
    expect(tree.count).toBe(4);
    // As ZooKeeper's own counts it.
    expect(tree.bytes).toBe(44);
  });

  test.each([
    ["/", { cversion: -1, numChildren: 1, aversion: 0 }],
    ["/zookeeper", { cversion: -2, numChildren: 2, aversion: 0 }],
    ["/zookeeper/quota", { cversion: 0, numChildren: 0, aversion: 0 }],
    ["/zookeeper/config", { cversion: 0, numChildren: 0, aversion: -1 }],
  ])("%s with the stat that ZooKeeper's has", (path, expected) => {
    const never = { zxid: 0, time: 0 };
    expect(statOf(find(DataTree.initial(), path))).toEqual({
      created: never,
      modified: never,
      childrenModified: never,
      version: 0,
      ephemeralOwner: null,
      dataLength: 0,
      ...expected,
    });
  });
});

describe("finding", () => {
  const tree = DataTree.initial();
  make(tree, "/a", 1);
  make(tree, "/a/b", 2);

  test.each(["/", "/a", "/a/b", "/zookeeper/config"])("%s", (path) => {
    expect(pathOf(find(tree, path))).toBe(path);
  });

  test("the root by the empty path, as in ZooKeeper", () => {
    expect(tree.find("")).toBe(tree.root);
  });

  test.each(["a", "/b", "/a/", "/a/b/", "//a", "/a//b", "/a/b/c", "//", "ab", "a/b", "x/a"])(
    "not %j",
    (path) => {
      expect(tree.find(path)).toBe(null);
    },
  );
});

describe("stats", () => {
  test("follow what happens to a node and its children", () => {
    const tree = DataTree.initial();
    const node = make(tree, "/a", 10);
    expect(statOf(node)).toMatchObject({ created: at(10), modified: at(10), version: 0 });
    tree.setData(node, bytes("hello"), at(11));
    expect(statOf(node)).toEqual({
      created: at(10),
      modified: at(11),
      childrenModified: at(10),
      version: 1,
      cversion: 0,
      aversion: 0,
      ephemeralOwner: null,
      dataLength: 5,
      numChildren: 0,
    });
    const child = make(tree, "/a/b", 12);
    make(tree, "/a/c", 13);
    expect(statOf(node)).toMatchObject({ cversion: 2, numChildren: 2, childrenModified: at(13) });
    tree.delete(child, at(14));
    expect(statOf(node)).toMatchObject({ cversion: 3, numChildren: 1, childrenModified: at(14) });
    expect(statOf(node)).toMatchObject({ version: 1, modified: at(11) });
    expect(node.creations).toBe(2);
  });

  test("have versions of 32 bits that run over", () => {
    const tree = new DataTree({
      data: null,
      kind: PERSISTENT,
      acl: OPEN_ACL,
      created: at(0),
      modified: at(0),
      childrenModified: at(0),
      version: 0x7fff_ffff,
      creations: 0x7fff_ffff,
      aversion: 0,
    });
    tree.setData(tree.root, null, at(1));
    make(tree, "/a", 2);
    expect(tree.root).toMatchObject({ version: -0x8000_0000, creations: -0x8000_0000 });
    expect(statOf(tree.root).cversion).toBe(-1);
  });
});

test("data is a copy of what came, whatever its size", () => {
  const tree = DataTree.initial();
  for (const [i, size] of [0, 1, 500, 600, 4000].entries()) {
    const came = new Uint8Array(size).fill(7);
    const node = make(tree, `/n${i}`, i + 1, came);
    came.fill(8);
    expect(node.data).toEqual(new Uint8Array(size).fill(7));
    expect(node.data?.buffer.byteLength).toBeLessThanOrEqual(Math.max(size, 2048));
  }
  expect(make(tree, "/null", 9, null).data).toBe(null);
});

test("count and bytes are those of what is there", () => {
  const tree = DataTree.initial();
  const before = [tree.count, tree.bytes];
  const node = make(tree, "/abc", 1, bytes("12345"));
  expect([tree.count, tree.bytes]).toEqual([5, 44 + 4 + 5]);
  tree.setData(node, bytes("1"), at(2));
  expect(tree.bytes).toBe(44 + 4 + 1);
  tree.delete(node, at(3));
  expect([tree.count, tree.bytes]).toEqual(before);
});

describe("the digest", () => {
  test("changes with every path, datum and stat", () => {
    const digests = new Set<string>();
    const note = (tree: DataTree): void => {
      expect(tree.digest).toMatch(/^[0-9a-f]{16}$/);
      digests.add(tree.digest);
    };
    const tree = DataTree.initial();
    note(tree);
    const node = make(tree, "/a", 1, bytes("x"));
    note(tree);
    tree.setData(node, bytes("y"), at(2));
    note(tree);
    tree.setData(node, null, at(3));
    note(tree);
    make(tree, "/a/b", 4, null);
    note(tree);
    tree.delete(find(tree, "/a/b"), at(5));
    note(tree);
    for (const [path, data, zxid, time] of [
      ["/a", "x", 2, 5],
      ["/a", "x", 1, 6],
      ["/b", "x", 1, 5],
      ["/a", "y", 1, 5],
      ["/a", "", 1, 5],
    ] as const) {
      const other = DataTree.initial();
      const content = { data: bytes(data), kind: PERSISTENT, acl: OPEN_ACL };
      other.create(other.root, path.slice(1), content, { zxid, time });
      note(other);
    }
    expect(digests.size).toBe(11);
  });

  test("tells data that was null, empty, cut and padded apart", () => {
    const digests = [null, "", "\0", "abc", "abcd", "abcde", "abcd\0"].map((data) => {
      const tree = DataTree.initial();
      make(tree, "/a", 1, data === null ? null : bytes(data));
      return tree.digest;
    });
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("does not depend on the way there, and is that of a tree made anew", () => {
    for (let seed = 0; seed < 30; seed++) {
      const prng = new Prng(seed);
      const tree = DataTree.initial();
      for (let zxid = 1; zxid < 80; zxid++) change(tree, prng, zxid);
      expect(digestAnew(tree)).toBe(tree.digest);
    }
  });
});

describe("a pinned tree", () => {
  test("tells the nodes as they were, from the oldest to the newest", () => {
    const tree = DataTree.initial();
    make(tree, "/a", 1);
    make(tree, "/a/b", 2);
    const then = everything(tree);
    const view = tree.pin();
    tree.setData(find(tree, "/a"), bytes("new"), at(3));
    tree.delete(find(tree, "/a/b"), at(4));
    make(tree, "/a/b", 5, bytes("again"));
    make(tree, "/c", 6);
    tree.delete(find(tree, "/c"), at(7));
    expect(seen(view)).toEqual(then);
    view.release();
    expect(paths(tree)).toEqual([
      "/",
      "/zookeeper",
      "/zookeeper/quota",
      "/zookeeper/config",
      "/a",
      "/a/b",
    ]);
  });

  test("costs nothing to pin and to release, and keeps nothing afterwards", () => {
    const tree = DataTree.initial();
    const node = make(tree, "/a", 1);
    const view = tree.pin();
    tree.delete(node, at(2));
    view.release();
    view.release();
    expect(view.next()).toBe(null);
    expect(node.older?.newer).toBe(null);
    make(tree, "/b", 3);
    expect(paths(tree).at(-1)).toBe("/b");
  });

  test("is not changed by anything, with others pinned before and behind it", () => {
    for (let seed = 0; seed < 40; seed++) {
      const prng = new Prng(seed);
      const tree = DataTree.initial();
      const pinned: { view: PinnedTree; before: unknown[]; read: unknown[] }[] = [];
      for (let zxid = 1; zxid < 150; zxid++) {
        change(tree, prng, zxid);
        if (prng.chance(0.05))
          pinned.push({ before: everything(tree), view: tree.pin(), read: [] });
        for (const { view, read } of pinned) {
          if (!prng.chance(0.1)) continue;
          const next = view.next();
          if (next !== null) read.push(...seenOne(next));
        }
        if (prng.chance(0.03)) pinned.shift()?.view.release();
      }
      for (const { view, before, read } of pinned) {
        expect([...read, ...seen(view)]).toEqual(before);
        view.release();
      }
      expect(digestAnew(tree)).toBe(tree.digest);
      expect(everything(tree)).toHaveLength(tree.count);
    }
  });

  function seenOne(next: NonNullable<ReturnType<PinnedTree["next"]>>): unknown[] {
    let given = false;
    const once = {
      next: () => {
        if (given) return null;
        given = true;
        return next;
      },
    };
    return seen(once as PinnedTree);
  }
});

describe("adding what was written out", () => {
  const state = {
    data: null,
    kind: PERSISTENT,
    acl: OPEN_ACL,
    created: at(1),
    modified: at(1),
    childrenModified: at(1),
    version: 0,
    creations: 0,
    aversion: 0,
  };

  test.each(["/zookeeper", "/none/a", "/", "", "a", "/zookeeper/"])("refuses %j", (path) => {
    expect(DataTree.initial().add(path, state)).toBe(false);
  });

  test("takes what has a place", () => {
    const tree = DataTree.initial();
    expect(tree.add("/a", state)).toBe(true);
    expect(tree.add("/a/b", state)).toBe(true);
    expect(tree.count).toBe(6);
  });
});
