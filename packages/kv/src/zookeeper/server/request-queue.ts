import type { Outcome } from "@quorate/core";
import type { ZooKeeperResult } from "../apply/index.ts";

/** A request that has no reply yet. */
export type PendingRequest = PendingWrite | HeldWrite | PendingSync | PendingLocal;

interface Pending {
  /** Monotonic milliseconds at which it came. */
  readonly since: number;
  readonly bytes: number;
}

/** Proposed to the log, which has not answered while the outcome is null. */
export interface PendingWrite extends Pending {
  readonly kind: "write";
  readonly xid: number;
  readonly opcode: number;
  outcome: Outcome<ZooKeeperResult> | null;
}

/**
 * Not proposed yet: it comes behind a `sync` that waits, or behind many reads, and what those show must
 * not be what their client wrote after them.
 */
export interface HeldWrite extends Pending {
  readonly kind: "held";
  readonly xid: number;
  readonly opcode: number;
  readonly command: Uint8Array;
}

/** A `sync`: waits until this member has seen everything that was acknowledged before it. */
export interface PendingSync extends Pending {
  readonly kind: "sync";
  readonly frame: Uint8Array;
  isFresh: boolean;
}

/** Answered from this member's own state when its turn comes. */
export interface PendingLocal extends Pending {
  readonly kind: "local";
  readonly frame: Uint8Array;
}

/**
 * Reads that a write may be proposed behind: once it is, they have to be answered before it is applied,
 * however much they answer and however long that takes.
 */
const READS_BEFORE_WRITE_MAX = 32;

/** Taken requests are cut off when there are so many, and they are the greater part. */
const CUT_AT = 256;

/** The unanswered requests of one connection in their order, which is that of the replies. */
export class RequestQueue {
  #requests: PendingRequest[] = [];
  /** Place of the oldest; those before it were taken. */
  #head = 0;
  /** No write before this place waits for its outcome. */
  #unsettled = 0;
  #staleSyncs = 0;
  /** How many of each kind there are; a `sync` is a read. */
  #reads = 0;
  #held = 0;
  #proposed = 0;

  get size(): number {
    return this.#requests.length - this.#head;
  }

  /** Whether a write that comes now has to wait before it is proposed. */
  get holdsWrites(): boolean {
    return this.#held > 0 || this.#staleSyncs > 0 || this.#reads > READS_BEFORE_WRITE_MAX;
  }

  /** Whether there is a write that was proposed. */
  get hasProposed(): boolean {
    return this.#proposed > 0;
  }

  push(request: PendingRequest): void {
    this.#requests.push(request);
    this.#count(request, 1);
    if (request.kind === "sync") this.#staleSyncs++;
  }

  /** The oldest request, if it can be answered now. */
  ready(): Exclude<PendingRequest, HeldWrite> | null {
    const oldest = this.#requests[this.#head];
    switch (oldest?.kind) {
      case "write":
        return oldest.outcome === null ? null : oldest;
      case "sync":
        return oldest.isFresh ? oldest : null;
      case "local":
        return oldest;
      case "held":
      case undefined:
        return null;
    }
  }

  /** Takes the oldest request out. */
  shift(): void {
    const oldest = this.#requests[this.#head];
    if (oldest !== undefined) this.#count(oldest, -1);
    this.#head++;
    if (this.#head < this.#requests.length && this.#head < CUT_AT) return;
    if (2 * this.#head < this.#requests.length) return;
    this.#requests.splice(0, this.#head);
    this.#unsettled = Math.max(0, this.#unsettled - this.#head);
    this.#head = 0;
  }

  /** This member has seen everything that the sync waited for. */
  confirm(sync: PendingSync): void {
    sync.isFresh = true;
    this.#staleSyncs--;
  }

  /** Turns held writes that may be proposed now into writes that wait; their commands, in order. */
  release(): readonly Uint8Array[] {
    const commands: Uint8Array[] = [];
    let reads = 0;
    for (let at = this.#head; this.#held > 0 && at < this.#requests.length; at++) {
      const request = this.#requests[at] as PendingRequest;
      if (request.kind === "sync" && !request.isFresh) break;
      if (isRead(request) && ++reads > READS_BEFORE_WRITE_MAX) break;
      if (request.kind !== "held") continue;
      const { xid, opcode, since, bytes, command } = request;
      const write: PendingWrite = { kind: "write", xid, opcode, since, bytes, outcome: null };
      this.#requests[at] = write;
      this.#count(request, -1);
      this.#count(write, 1);
      commands.push(command);
    }
    return commands;
  }

  /** The oldest write without an outcome: outcomes come in the order of the proposals. */
  nextWrite(): PendingWrite | null {
    for (let at = Math.max(this.#unsettled, this.#head); at < this.#requests.length; at++) {
      const request = this.#requests[at];
      this.#unsettled = at;
      if (request?.kind === "write" && request.outcome === null) return request;
    }
    return null;
  }

  /** Keeps only the writes that wait for their outcome; the others are given back. */
  abandon(): readonly PendingRequest[] {
    const requests = this.#requests.slice(this.#head);
    const isUnsettled = (request: PendingRequest): boolean =>
      request.kind === "write" && request.outcome === null;
    this.#requests = requests.filter(isUnsettled);
    this.#head = 0;
    this.#unsettled = 0;
    this.#staleSyncs = 0;
    [this.#reads, this.#held, this.#proposed] = [0, 0, this.#requests.length];
    return requests.filter((request) => !isUnsettled(request));
  }

  #count(request: PendingRequest, more: 1 | -1): void {
    if (isRead(request)) this.#reads += more;
    else if (request.kind === "held") this.#held += more;
    else this.#proposed += more;
  }
}

function isRead({ kind }: PendingRequest): boolean {
  return kind === "local" || kind === "sync";
}
