import { describe, expect, test } from "vitest";
import { OPEN_ACL } from "../../../src/zookeeper/access/index.ts";
import {
  EVENT,
  WATCH_KINDS,
  WatchTable,
  type Watcher,
  type WatchKind,
} from "../../../src/zookeeper/watch/index.ts";

const [CREATED, DELETED, CHANGED, CHILDREN] = [
  EVENT.nodeCreated,
  EVENT.nodeDeleted,
  EVENT.nodeDataChanged,
  EVENT.nodeChildrenChanged,
];

class Told implements Watcher {
  readonly events: (readonly [number, string])[] = [];

  notify({ type, path }: { type: number; path: string }): void {
    this.events.push([type, path]);
  }
}

const CHANGES = {
  created: (table: WatchTable, path: string) => table.created(at(path)),
  changed: (table: WatchTable, path: string) => table.changed(at(path)),
  deleted: (table: WatchTable, path: string) => table.deleted(at(path)),
};

function at(path: string) {
  return { path, zxid: 7, acl: OPEN_ACL, parentAcl: OPEN_ACL };
}

describe("a watch", () => {
  test.each<[WatchKind, string, keyof typeof CHANGES, string, (readonly [number, string])[]]>([
    ["data", "/a", "created", "/a", [[CREATED, "/a"]]],
    ["data", "/a", "changed", "/a", [[CHANGED, "/a"]]],
    ["data", "/a", "deleted", "/a", [[DELETED, "/a"]]],
    ["data", "/a", "created", "/a/b", []],
    ["data", "/a", "changed", "/", []],
    ["children", "/a", "created", "/a", []],
    ["children", "/a", "changed", "/a", []],
    ["children", "/a", "deleted", "/a", [[DELETED, "/a"]]],
    ["children", "/a", "created", "/a/b", [[CHILDREN, "/a"]]],
    ["children", "/a", "deleted", "/a/b", [[CHILDREN, "/a"]]],
    ["children", "/a", "changed", "/a/b", []],
    ["children", "/a", "created", "/a/b/c", []],
    ["children", "/", "created", "/a", [[CHILDREN, "/"]]],
    ["persistent", "/a", "created", "/a", [[CREATED, "/a"]]],
    ["persistent", "/a", "changed", "/a", [[CHANGED, "/a"]]],
    ["persistent", "/a", "deleted", "/a", [[DELETED, "/a"]]],
    ["persistent", "/a", "created", "/a/b", [[CHILDREN, "/a"]]],
    ["persistent", "/a", "deleted", "/a/b", [[CHILDREN, "/a"]]],
    ["persistent", "/a", "changed", "/a/b", []],
    ["recursive", "/a", "created", "/a", [[CREATED, "/a"]]],
    ["recursive", "/a", "changed", "/a/b/c", [[CHANGED, "/a/b/c"]]],
    ["recursive", "/a", "created", "/a/b", [[CREATED, "/a/b"]]],
    ["recursive", "/a", "deleted", "/a/b", [[DELETED, "/a/b"]]],
    ["recursive", "/a", "changed", "/ab", []],
    ["recursive", "/", "changed", "/a/b", [[CHANGED, "/a/b"]]],
  ])("of kind %s at %s, when a node is %s at %s", (kind, path, change, changed, expected) => {
    const table = new WatchTable();
    const told = new Told();
    table.add(kind, path, told);
    CHANGES[change](table, changed);
    expect(told.events).toEqual(expected);
    const stays = kind === "persistent" || kind === "recursive" || expected.length === 0;
    expect(table.has(kind, path, told)).toBe(stays);
    expect(table.count).toBe(stays ? 1 : 0);
  });

  test("is one of several that a change tells the same client of once", () => {
    const table = new WatchTable();
    const told = new Told();
    for (const kind of WATCH_KINDS) table.add(kind, "/a", told);
    table.add("recursive", "/", told);
    table.deleted(at("/a"));
    expect(told.events).toEqual([[DELETED, "/a"]]);
    table.created(at("/a/b"));
    // The node's creation and the change of the list are two things.
    expect(told.events.slice(1)).toEqual([
      [CREATED, "/a/b"],
      [CHILDREN, "/a"],
    ]);
  });

  test("tells of what happened, when, and who may read it", () => {
    const events: unknown[] = [];
    const table = new WatchTable();
    const acl = [{ permissions: 1, scheme: "digest", id: "a:b" }];
    table.add("data", "/a/b", { notify: (event) => events.push(event) });
    table.add("children", "/a", { notify: (event) => events.push(event) });
    table.created({ path: "/a/b", zxid: 9, acl, parentAcl: OPEN_ACL });
    expect(events).toEqual([
      { type: CREATED, path: "/a/b", zxid: 9, acl },
      { type: CHILDREN, path: "/a", zxid: 9, acl: OPEN_ACL },
    ]);
  });

  test("is removed by its kind, and forgotten with its connection", () => {
    const table = new WatchTable();
    const [a, b] = [new Told(), new Told()];
    for (const kind of WATCH_KINDS) for (const told of [a, b]) table.add(kind, "/a", told);
    table.add("data", "/a", a);
    expect(table.count).toBe(8);
    expect(table.remove("recursive", "/a", a)).toBe(true);
    expect(table.remove("recursive", "/a", a)).toBe(false);
    expect(table.countOf(a)).toBe(3);
    expect([table.charactersOf(a), table.charactersOf(b), table.characters]).toEqual([6, 8, 14]);
    expect(table.has("recursive", "/a", b)).toBe(true);
    expect([...table.pathsOf("recursive", b), ...table.pathsOf("recursive", a)]).toEqual(["/a"]);
    table.forget(a);
    expect([table.countOf(a), table.countOf(b), table.count]).toEqual([0, 4, 4]);
    expect([table.charactersOf(a), table.characters]).toEqual([0, 8]);
    table.changed(at("/a"));
    expect(a.events).toEqual([]);
    table.forget(b);
    expect([table.count, table.characters]).toEqual([0, 0]);
  });
});
