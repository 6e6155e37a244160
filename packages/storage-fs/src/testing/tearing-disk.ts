import type { Prng } from "@quorate/core";
import { dirname } from "node:path";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { DiskFile } from "./disk-file.ts";

/** What a disk in memory runs on. */
export interface TearingDiskOptions {
  /** Decides how writes are torn. */
  readonly prng: Prng;
  /** Runs the callback later, in the order of the calls. */
  readonly schedule: (callback: () => void) => void;
}

/**
 * A disk in memory, as unhelpful as a real one may be: without a sync, writes and names are lost or
 * torn when the power goes. It outlives the processes that use it; each mounts it for itself.
 */
export class TearingDisk {
  readonly #prng: Prng;
  readonly #schedule: (callback: () => void) => void;
  #names = new Map<string, DiskFile>();
  #durableNames = new Map<string, DiskFile>();
  /** Changes of names that no directory sync has made durable yet, oldest first. */
  #unsynced: {
    readonly directory: string;
    readonly apply: (names: Map<string, DiskFile>) => void;
  }[] = [];
  #life = 1;
  #operations = 0;
  #stalled: (() => void)[] | null = null;
  /** Bytes that files may take together. */
  capacity: number = Infinity;
  /** Whether writing over what is there takes space too, as where blocks are copied on write. */
  copiesOnWrite = false;
  /** While set, syncs and durable writes fail. */
  failing = false;
  /** The power goes when so many operations have begun. */
  powerFailsAt: number = Infinity;

  constructor({ prng, schedule }: TearingDiskOptions) {
    this.#prng = prng;
    this.#schedule = schedule;
  }

  /** Operations that change something, so far. */
  get operations(): number {
    return this.#operations;
  }

  get used(): number {
    return [...this.#names.values()].reduce((sum, file) => sum + file.size, 0);
  }

  get paths(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  /** The file, to look at or to damage it. */
  file(path: string): DiskFile {
    const file = this.#names.get(path);
    if (file === undefined) throw failure("ENOENT", path);
    return file;
  }

  /** The power goes. Nothing is answered any more; what was not synced is lost or torn. */
  losePower(): void {
    const fates = new Map<string, number>();
    for (const { directory, apply } of this.#unsynced) {
      // A directory's changes survive in order up to some point.
      const left = fates.get(directory) ?? this.#prng.below(this.#unsynced.length + 1);
      if (left > 0) apply(this.#durableNames);
      fates.set(directory, left - 1);
    }
    this.#unsynced = [];
    this.#names = new Map(this.#durableNames);
    for (const file of new Set(this.#names.values())) file.losePower(this.#prng);
    this.#begin();
  }

  /** The process is killed: the system keeps what it was given, and its answers reach nobody. */
  kill(): void {
    this.#begin();
  }

  /** From now on nothing is answered, until {@link resume}. */
  stall(): void {
    this.#stalled ??= [];
  }

  resume(): void {
    const answers = this.#stalled ?? [];
    this.#stalled = null;
    for (const answer of answers) this.#schedule(answer);
  }

  /** The disk for one process life; after its end every call fails and nothing is answered. */
  mount(): FileSystem {
    const life = this.#life;
    return {
      list: (directory) => this.#list(directory),
      makeDirectory: () => {},
      read: (path) => this.#names.get(path)?.read(0, Infinity) ?? null,
      createExclusive: (path, content) => {
        if (this.#names.has(path)) throw failure("EEXIST", path);
        this.#change(life, path);
        const file = new DiskFile();
        file.sync([file.write(0, content)]);
        this.#rename(dirname(path), (names) => names.set(path, file));
        this.#survive(life);
      },
      remove: (path) => {
        this.file(path);
        this.#change(life, path);
        this.#rename(dirname(path), (names) => names.delete(path));
        this.#survive(life);
      },
      rename: (from, to) => {
        const file = this.file(from);
        this.#change(life, from);
        this.#rename(dirname(to), (names) => {
          names.delete(from);
          names.set(to, file);
        });
        this.#survive(life);
      },
      owner: () => `${life}`,
      isAlive: (owner) => owner === `${this.#life}`,
      syncDirectory: (path) => {
        this.#change(life, path);
        if (this.failing) throw failure("EIO", path);
        for (const { directory, apply } of this.#unsynced) {
          if (directory === path) apply(this.#durableNames);
        }
        this.#unsynced = this.#unsynced.filter(({ directory }) => directory !== path);
        this.#survive(life);
      },
      open: (path, mode) => this.#open(life, path, mode),
    };
  }

  #open(life: number, path: string, mode: "create" | "durable" | "read"): OpenFile {
    if (life !== this.#life) throw failure("EIO", path);
    if (mode === "create") {
      const made = new DiskFile();
      this.#rename(dirname(path), (names) => names.set(path, made));
    }
    const file = this.file(path);
    const answer = (callback: () => void): void => {
      this.#schedule(() => {
        if (life !== this.#life) return;
        if (this.#stalled === null) callback();
        else this.#stalled.push(() => life === this.#life && callback());
      });
    };
    const sync = (
      writes: ReturnType<DiskFile["write"]>[],
      done: (error: Error | null) => void,
    ): void =>
      answer(() => {
        if (this.failing) file.failSync(writes, this.#prng);
        else file.sync(writes);
        done(this.failing ? failure("EIO", path) : null);
      });
    return {
      write: (parts, position, done) => {
        if (!this.#goesOn(life)) return;
        const bytes = concat(parts);
        const kept = this.copiesOnWrite ? position : file.size;
        const growth = Math.max(0, position + bytes.length - kept);
        if (this.used + growth > this.capacity) return answer(() => done(failure("ENOSPC", path)));
        const write = file.write(position, bytes);
        if (this.#operations === this.powerFailsAt) return this.losePower();
        if (mode === "durable") sync([write], done);
        else answer(() => done(null));
      },
      read: (position, length, done) => answer(() => done(null, file.read(position, length))),
      size: () => file.size,
      sync: (done) => {
        if (!this.#goesOn(life)) return;
        if (this.#operations === this.powerFailsAt) return this.losePower();
        sync([...file.unsynced], done);
      },
      close: () => {},
    };
  }

  #begin(): void {
    this.#life++;
    this.#stalled = null;
    this.powerFailsAt = Infinity;
  }

  /** Counts an operation, of a life that is not over. */
  #goesOn(life: number): boolean {
    if (life !== this.#life) return false;
    this.#operations++;
    return true;
  }

  #change(life: number, path: string): void {
    if (!this.#goesOn(life)) throw failure("EIO", path);
  }

  /** Ends a change that is made within the call: the power may go right behind it. */
  #survive(life: number): void {
    if (life !== this.#life || this.#operations !== this.powerFailsAt) return;
    this.losePower();
    throw failure("EIO", "the power went");
  }

  #rename(directory: string, apply: (names: Map<string, DiskFile>) => void): void {
    apply(this.#names);
    this.#unsynced.push({ directory, apply });
  }

  #list(directory: string): string[] {
    const names = new Set<string>();
    for (const path of this.#names.keys()) {
      if (!path.startsWith(`${directory}/`)) continue;
      names.add(path.slice(directory.length + 1).split("/")[0] ?? "");
    }
    return [...names];
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
