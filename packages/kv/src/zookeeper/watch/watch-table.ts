import type { Acl } from "../codec/index.ts";
import { pathsOver } from "../store/index.ts";
import type { NodeChange, NodeSetChange } from "./node-listener.ts";
import { WatchIndex } from "./watch-index.ts";

/** What happened to a node, by ZooKeeper's number (`Watcher.Event.EventType`). */
export const EVENT = {
  nodeCreated: 1,
  nodeDeleted: 2,
  nodeDataChanged: 3,
  nodeChildrenChanged: 4,
} as const;

export type EventType = (typeof EVENT)[keyof typeof EVENT];

/** One thing that happened to a node. */
export interface WatchEvent {
  readonly type: EventType;
  readonly path: string;
  readonly zxid: number;
  /** Of the node when it happened: who may not read it is not told. Null when that was looked at before. */
  readonly acl: Acl | null;
}

/** Who watches: told at most once for each change of a node, however often it asked. */
export interface Watcher {
  notify(event: WatchEvent): void;
}

/**
 * What is watched at a node, and how long.
 *
 * - `data`: its data and whether it is there, once.
 * - `children`: its list of children and whether it is there, once.
 * - `persistent`: all of that, until it is taken back.
 * - `recursive`: data and existence of the node and of all below it, until it is taken back.
 */
export type WatchKind = "data" | "children" | "persistent" | "recursive";

export const WATCH_KINDS: readonly WatchKind[] = ["data", "children", "persistent", "recursive"];

/**
 * Watches that one server keeps for its clients. They belong to a connection, are not replicated, and
 * end with it.
 */
export class WatchTable {
  readonly #indexes: Readonly<Record<WatchKind, WatchIndex>> = {
    data: new WatchIndex(),
    children: new WatchIndex(),
    persistent: new WatchIndex(),
    recursive: new WatchIndex(),
  };

  /** Watches of all connections. */
  get count(): number {
    return WATCH_KINDS.reduce((sum, kind) => sum + this.#indexes[kind].count, 0);
  }

  countOf(watcher: Watcher): number {
    return WATCH_KINDS.reduce((sum, kind) => sum + this.#indexes[kind].countOf(watcher), 0);
  }

  /** What the watcher watches in that way. */
  pathsOf(kind: WatchKind, watcher: Watcher): ReadonlySet<string> {
    return this.#indexes[kind].pathsOf(watcher);
  }

  /** Characters of the paths of all watches. */
  get characters(): number {
    return WATCH_KINDS.reduce((sum, kind) => sum + this.#indexes[kind].characters, 0);
  }

  /** Characters of all paths that it watches. */
  charactersOf(watcher: Watcher): number {
    return WATCH_KINDS.reduce((sum, kind) => sum + this.#indexes[kind].charactersOf(watcher), 0);
  }

  has(kind: WatchKind, path: string, watcher: Watcher): boolean {
    return this.#indexes[kind].has(path, watcher);
  }

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    this.#indexes[kind].add(path, watcher);
  }

  /** @returns whether it was there */
  remove(kind: WatchKind, path: string, watcher: Watcher): boolean {
    return this.#indexes[kind].remove(path, watcher);
  }

  /** The connection is gone, and with it what it watched. */
  forget(watcher: Watcher): void {
    for (const kind of WATCH_KINDS) this.#indexes[kind].forget(watcher);
  }

  created(change: NodeSetChange): void {
    this.#tell(this.#dataWatchers(change.path), EVENT.nodeCreated, change);
    this.#childrenChanged(change);
  }

  changed(change: NodeChange): void {
    this.#tell(this.#dataWatchers(change.path), EVENT.nodeDataChanged, change);
  }

  /** Who watches both the node and its children is told once that it is gone. */
  deleted(change: NodeSetChange): void {
    const { path } = change;
    const watchers = union(this.#dataWatchers(path), this.#indexes.children.take(path));
    this.#tell(watchers, EVENT.nodeDeleted, change);
    this.#childrenChanged(change);
  }

  #childrenChanged({ path, zxid, parentAcl }: NodeSetChange): void {
    const { children, persistent } = this.#indexes;
    const parent = parentOf(path);
    const watchers = union(children.take(parent), persistent.at(parent));
    this.#tell(watchers, EVENT.nodeChildrenChanged, { path: parent, zxid, acl: parentAcl });
  }

  /** Everybody who watches the data of the node; those who do so once do it no longer. */
  #dataWatchers(path: string): ReadonlySet<Watcher> {
    const { data, persistent } = this.#indexes;
    return union(union(data.take(path), persistent.at(path)), this.#recursiveWatchers(path));
  }

  #recursiveWatchers(path: string): ReadonlySet<Watcher> {
    const { recursive } = this.#indexes;
    let watchers = NOBODY;
    for (const over of pathsOver(path, recursive.paths)) {
      watchers = union(watchers, recursive.at(over));
    }
    return watchers;
  }

  #tell(watchers: ReadonlySet<Watcher>, type: EventType, { path, zxid, acl }: NodeChange): void {
    if (watchers.size === 0) return;
    const event = { type, path, zxid, acl };
    for (const watcher of watchers) watcher.notify(event);
  }
}

const NOBODY: ReadonlySet<Watcher> = new Set();

function union(a: ReadonlySet<Watcher>, b: ReadonlySet<Watcher>): ReadonlySet<Watcher> {
  if (a.size === 0) return b;
  return b.size === 0 ? a : new Set([...a, ...b]);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
