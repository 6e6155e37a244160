/** What happened to a node, by ZooKeeper's number (`Watcher.Event.EventType`). */
export const EVENT = {
  nodeCreated: 1,
  nodeDeleted: 2,
  nodeDataChanged: 3,
  nodeChildrenChanged: 4,
} as const;

export type EventType = (typeof EVENT)[keyof typeof EVENT];

/** Who watches: told at most once for each change of a node, however often it asked. */
export interface Watcher {
  notify(type: EventType, path: string): void;
}

/** What is watched at a node: its data and whether it is there, or its list of children. */
export type WatchKind = "data" | "children";

/**
 * Watches that one server keeps for its clients: each fires once and is gone. They belong to a
 * connection, are not replicated, and end with it.
 */
export class WatchTable {
  readonly #watchers: Readonly<Record<WatchKind, Map<string, Set<Watcher>>>> = {
    data: new Map(),
    children: new Map(),
  };
  /** Which watches each watcher has, so that all of them can be forgotten. */
  readonly #watched = new Map<Watcher, Readonly<Record<WatchKind, Set<string>>>>();
  #count = 0;

  /** Watches of all connections. */
  get count(): number {
    return this.#count;
  }

  countOf(watcher: Watcher): number {
    const watched = this.#watched.get(watcher);
    return watched === undefined ? 0 : watched.data.size + watched.children.size;
  }

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const watched = this.#watched.get(watcher) ?? { data: new Set(), children: new Set() };
    if (watched[kind].has(path)) return;
    this.#watched.set(watcher, watched);
    watched[kind].add(path);
    const watchers = this.#watchers[kind].get(path);
    if (watchers === undefined) this.#watchers[kind].set(path, new Set([watcher]));
    else watchers.add(watcher);
    this.#count++;
  }

  /** The connection is gone, and with it what it watched. */
  forget(watcher: Watcher): void {
    const watched = this.#watched.get(watcher);
    if (watched === undefined) return;
    this.#watched.delete(watcher);
    for (const kind of ["data", "children"] as const) {
      for (const path of watched[kind]) {
        const watchers = this.#watchers[kind].get(path);
        watchers?.delete(watcher);
        if (watchers?.size === 0) this.#watchers[kind].delete(path);
      }
    }
    this.#count -= watched.data.size + watched.children.size;
  }

  created(path: string): void {
    this.#fire(this.#take("data", path), EVENT.nodeCreated, path);
    this.#childrenChanged(path);
  }

  changed(path: string): void {
    this.#fire(this.#take("data", path), EVENT.nodeDataChanged, path);
  }

  /** Who watches both the node and its children is told once that it is gone. */
  deleted(path: string): void {
    const told = new Set([...this.#take("data", path), ...this.#take("children", path)]);
    this.#fire(told, EVENT.nodeDeleted, path);
    this.#childrenChanged(path);
  }

  #childrenChanged(path: string): void {
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    this.#fire(this.#take("children", parent), EVENT.nodeChildrenChanged, parent);
  }

  /** The watchers of the node, who watch it no longer. */
  #take(kind: WatchKind, path: string): ReadonlySet<Watcher> {
    const watchers = this.#watchers[kind].get(path);
    if (watchers === undefined) return NOBODY;
    this.#watchers[kind].delete(path);
    this.#count -= watchers.size;
    for (const watcher of watchers) {
      const watched = this.#watched.get(watcher);
      watched?.[kind].delete(path);
      if (watched?.data.size === 0 && watched.children.size === 0) this.#watched.delete(watcher);
    }
    return watchers;
  }

  #fire(watchers: ReadonlySet<Watcher>, type: EventType, path: string): void {
    for (const watcher of watchers) watcher.notify(type, path);
  }
}

const NOBODY: ReadonlySet<Watcher> = new Set();
