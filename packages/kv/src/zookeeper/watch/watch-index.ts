import type { PathIndex } from "../store/index.ts";
import type { Watcher } from "./watch-table.ts";

/** The watches of one kind: who watches which path, and which paths each one watches. */
export class WatchIndex {
  readonly #byPath = new Map<string, Set<Watcher>>();
  readonly #byWatcher = new Map<Watcher, Set<string>>();
  readonly #characters = new Map<Watcher, number>();
  #count = 0;
  #allCharacters = 0;

  /** Every path that is watched. */
  get paths(): PathIndex {
    return this.#byPath;
  }

  /** Characters of the paths of all watches. */
  get characters(): number {
    return this.#allCharacters;
  }

  get count(): number {
    return this.#count;
  }

  countOf(watcher: Watcher): number {
    return this.#byWatcher.get(watcher)?.size ?? 0;
  }

  /** Characters of all paths that it watches. */
  charactersOf(watcher: Watcher): number {
    return this.#characters.get(watcher) ?? 0;
  }

  at(path: string): ReadonlySet<Watcher> {
    return this.#byPath.get(path) ?? NOBODY;
  }

  pathsOf(watcher: Watcher): ReadonlySet<string> {
    return this.#byWatcher.get(watcher) ?? NOTHING;
  }

  has(path: string, watcher: Watcher): boolean {
    return this.#byWatcher.get(watcher)?.has(path) === true;
  }

  add(path: string, watcher: Watcher): void {
    if (this.has(path, watcher)) return;
    this.#count++;
    insert(this.#byPath, path, watcher);
    insert(this.#byWatcher, watcher, path);
    this.#characters.set(watcher, this.charactersOf(watcher) + path.length);
    this.#allCharacters += path.length;
  }

  /** @returns whether it was there */
  remove(path: string, watcher: Watcher): boolean {
    if (!this.has(path, watcher)) return false;
    this.#count--;
    erase(this.#byPath, path, watcher);
    this.#forgetPath(path, watcher);
    return true;
  }

  /** The watchers of the path, who watch it no longer. */
  take(path: string): ReadonlySet<Watcher> {
    const watchers = this.#byPath.get(path);
    if (watchers === undefined) return NOBODY;
    this.#byPath.delete(path);
    this.#count -= watchers.size;
    for (const watcher of watchers) this.#forgetPath(path, watcher);
    return watchers;
  }

  forget(watcher: Watcher): void {
    const paths = this.#byWatcher.get(watcher);
    if (paths === undefined) return;
    this.#byWatcher.delete(watcher);
    this.#allCharacters -= this.charactersOf(watcher);
    this.#characters.delete(watcher);
    this.#count -= paths.size;
    for (const path of paths) erase(this.#byPath, path, watcher);
  }

  #forgetPath(path: string, watcher: Watcher): void {
    erase(this.#byWatcher, watcher, path);
    this.#allCharacters -= path.length;
    const left = this.charactersOf(watcher) - path.length;
    if (left > 0) this.#characters.set(watcher, left);
    else this.#characters.delete(watcher);
  }
}

const NOBODY: ReadonlySet<Watcher> = new Set();
const NOTHING: ReadonlySet<string> = new Set();

function insert<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function erase<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
