import { decodeWatchAnswer, encodeWatchCancel, type WatchAnswer } from "../etcd/codec/index.ts";
import { Backoff } from "./backoff.ts";
import { CLOSED, type ClientStream } from "./channel.ts";
import { errorOfText, EtcdError, isFinal } from "./etcd-error.ts";
import { decoded, type Rpc } from "./rpc.ts";

/** A watch as its stream sees it. */
export interface Watcher {
  /** Asks for what it has not heard yet. */
  createRequest(): Uint8Array;
  /** @param revision - the newest one when the server began to watch */
  created(revision: number): void;
  heard(answer: WatchAnswer): void;
  /** What it asked for is compacted up to the revision; it is asked again at once. */
  compacted(revision: number): void;
  failed(error: EtcdError): void;
}

interface Entry {
  /** Null: it went away before the server had answered. */
  watcher: Watcher | null;
  /** The server's name for it, once it has one. */
  id: bigint | null;
}

/**
 * The stream that all watches of a client share. When it breaks it is opened again, and every watch
 * goes on where it was.
 */
export class WatchStream {
  readonly #rpc: Rpc;
  readonly #entries = new Map<Watcher, Entry>();
  readonly #byId = new Map<bigint, Entry>();
  /** Servers answer creations in the order in which they were asked. */
  #pending: Entry[] = [];
  #stream: ClientStream | null = null;
  readonly #backoff = new Backoff();
  #stopWaiting: (() => void) | null = null;
  #closed = false;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  add(watcher: Watcher): void {
    if (this.#closed) {
      return queueMicrotask(() => watcher.failed(new EtcdError("CANCELLED", CLOSED)));
    }
    const entry: Entry = { watcher, id: null };
    this.#entries.set(watcher, entry);
    if (this.#stream !== null) this.#ask(watcher, entry);
    else if (this.#stopWaiting === null) this.#open();
  }

  /** The watcher hears no more. */
  remove(watcher: Watcher): void {
    const entry = this.#entries.get(watcher);
    if (entry === undefined) return;
    this.#entries.delete(watcher);
    entry.watcher = null;
    if (this.#entries.size === 0) return this.#rest();
    if (entry.id === null) return;
    this.#byId.delete(entry.id);
    this.#stream?.send(encodeWatchCancel(entry.id));
  }

  close(): void {
    this.#closed = true;
    this.#failAll(new EtcdError("CANCELLED", CLOSED));
  }

  #open(): void {
    const stream = this.#rpc.channel.stream(
      "/etcdserverpb.Watch/Watch",
      {
        message: (bytes) => this.#message(bytes),
        end: (error) => this.#ended(error),
      },
      { needsLeader: true },
    );
    this.#stream = stream;
    for (const [watcher, entry] of this.#entries) this.#ask(watcher, entry);
  }

  #ask(watcher: Watcher, entry: Entry): void {
    this.#pending.push(entry);
    this.#stream?.send(watcher.createRequest());
  }

  #message(bytes: Uint8Array): void {
    this.#backoff.succeeded();
    let answer: WatchAnswer;
    try {
      answer = decoded(decodeWatchAnswer, bytes);
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      this.#stream?.abandon();
      return this.#ended(thrown);
    }
    if (answer.created) this.#created(answer);
    else if (answer.canceled) this.#canceled(answer, this.#byId.get(answer.watchId));
    else this.#byId.get(answer.watchId)?.watcher?.heard(answer);
  }

  #created(answer: WatchAnswer): void {
    const entry = this.#pending.shift();
    if (entry === undefined) return;
    if (answer.canceled) return this.#canceled(answer, entry);
    if (entry.watcher === null) return this.#stream?.send(encodeWatchCancel(answer.watchId));
    entry.id = answer.watchId;
    this.#byId.set(answer.watchId, entry);
    entry.watcher.created(answer.header.revision);
  }

  #canceled({ compactRevision, cancelReason, watchId }: WatchAnswer, entry?: Entry): void {
    this.#byId.delete(watchId);
    const watcher = entry?.watcher ?? null;
    if (entry === undefined || watcher === null) return;
    entry.id = null;
    if (compactRevision > 0) {
      watcher.compacted(compactRevision);
      this.#ask(watcher, entry);
      return;
    }
    this.remove(watcher);
    watcher.failed(errorOfText(cancelReason || "the server ended the watch"));
  }

  #ended(error: EtcdError | null): void {
    this.#forgetStream();
    if (error !== null && isFinal(error)) return this.#failAll(error);
    this.#stopWaiting = this.#rpc.clock.after(this.#backoff.take(), () => {
      this.#stopWaiting = null;
      this.#open();
    });
  }

  /** Nobody is left. */
  #rest(): void {
    this.#stream?.cancel();
    this.#forgetStream();
    this.#stopWaiting?.();
    this.#stopWaiting = null;
  }

  #forgetStream(): void {
    this.#stream = null;
    this.#pending = [];
    this.#byId.clear();
    for (const entry of this.#entries.values()) entry.id = null;
  }

  #failAll(error: EtcdError): void {
    const watchers = [...this.#entries.keys()];
    this.#entries.clear();
    this.#rest();
    for (const watcher of watchers) watcher.failed(error);
  }
}
