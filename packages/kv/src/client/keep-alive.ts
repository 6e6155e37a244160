import { decodeLeaseAnswer, encodeLeaseKeepAlive, type LeaseAnswer } from "../etcd/codec/index.ts";
import { Backoff } from "./backoff.ts";
import type { ClientStream } from "./channel.ts";
import { EtcdError } from "./etcd-error.ts";
import { decoded, type Rpc } from "./rpc.ts";

/** A lease that is kept alive. */
export interface KeptLease {
  readonly id: bigint;
  /** How long after one renewal the next is due. */
  renewalMillis(): number;
  /** @param sentAt - when the renewal left, which it is counted from */
  renewed(sentAt: number, ttlSeconds: number): void;
  /** The server does not know it. */
  gone(): void;
  /** Nobody renews it any more. */
  abandoned(): void;
}

interface Entry {
  readonly lease: KeptLease;
  /** It is to be renewed as soon as there is a stream. */
  isDue: boolean;
  /** When the renewal left that is not answered yet. */
  sentAt: number | null;
  stopTimer: () => void;
}

/** Keeps the leases of a client alive, over one stream. */
export class KeepAlive {
  readonly #rpc: Rpc;
  readonly #entries = new Map<bigint, Entry>();
  #stream: ClientStream | null = null;
  readonly #backoff = new Backoff();
  #stopWaiting: (() => void) | null = null;
  #closed = false;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Renews the lease from now on, for the first time after a part of its time. */
  add(lease: KeptLease): void {
    if (this.#closed) return lease.abandoned();
    const entry: Entry = { lease, isDue: false, sentAt: null, stopTimer: () => undefined };
    this.#entries.set(lease.id, entry);
    this.#renewLater(entry);
  }

  remove({ id }: KeptLease): void {
    this.#entries.get(id)?.stopTimer();
    this.#entries.delete(id);
    if (this.#entries.size === 0) this.#rest();
  }

  close(): void {
    this.#closed = true;
    for (const { lease } of this.#entries.values()) {
      this.remove(lease);
      lease.abandoned();
    }
  }

  #renewLater(entry: Entry): void {
    entry.stopTimer = this.#rpc.clock.after(entry.lease.renewalMillis(), () => {
      this.#renewLater(entry);
      // The stream had all this time to answer the one before.
      if (entry.sentAt !== null) this.#giveUp();
      else this.#renew(entry);
    });
  }

  #renew(entry: Entry): void {
    entry.isDue = true;
    if (this.#stream !== null) this.#send(entry, this.#stream);
    else if (this.#stopWaiting === null) this.#open();
  }

  #send(entry: Entry, stream: ClientStream): void {
    entry.isDue = false;
    entry.sentAt = this.#rpc.clock.now();
    stream.send(encodeLeaseKeepAlive(entry.lease.id));
  }

  #open(): void {
    const stream = this.#rpc.channel.stream(
      "/etcdserverpb.Lease/LeaseKeepAlive",
      { message: (bytes) => this.#message(bytes), end: () => this.#ended() },
      { needsLeader: true },
    );
    this.#stream = stream;
    for (const entry of this.#entries.values()) if (entry.isDue) this.#send(entry, stream);
  }

  #message(bytes: Uint8Array): void {
    let answer: LeaseAnswer;
    try {
      answer = decoded(decodeLeaseAnswer, bytes);
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      return this.#giveUp();
    }
    this.#backoff.succeeded();
    const entry = this.#entries.get(answer.id);
    if (entry === undefined || entry.sentAt === null) return;
    const { sentAt, lease } = entry;
    entry.sentAt = null;
    if (answer.ttlSeconds > 0) return lease.renewed(sentAt, answer.ttlSeconds);
    this.remove(lease);
    lease.gone();
  }

  /** The server does not answer, or makes no sense: the next one may. */
  #giveUp(): void {
    this.#stream?.abandon();
    this.#ended();
  }

  #ended(): void {
    this.#stream = null;
    for (const entry of this.#entries.values()) {
      if (entry.sentAt !== null) entry.isDue = true;
      entry.sentAt = null;
    }
    this.#stopWaiting = this.#rpc.clock.after(this.#backoff.take(), () => {
      this.#stopWaiting = null;
      this.#open();
    });
  }

  /** Nothing is left to renew. */
  #rest(): void {
    this.#stream?.cancel();
    this.#stream = null;
    this.#stopWaiting?.();
    this.#stopWaiting = null;
  }
}
