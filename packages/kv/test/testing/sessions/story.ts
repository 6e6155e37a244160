import type {
  ClientHistory,
  EventType,
  Fact,
  ZnodeRequest,
  ZnodeResult,
  ZnodeStat,
} from "../../../src/testing/index.ts";

/** What a client saw, told fact after fact; each takes a millisecond, unless a time is named. */
export class Story implements ClientHistory {
  readonly client: string;
  readonly facts: Fact[] = [];
  #at = 0;
  #number = 0;

  constructor(client: string) {
    this.client = client;
  }

  /** What follows happens then. */
  at(moment: number): this {
    this.#at = moment;
    return this;
  }

  connected(session: bigint, timeoutMillis: number = 1000): this {
    return this.#add({ kind: "connected", at: this.#now(), session, timeoutMillis, member: "m1" });
  }

  /** Its number is one more than that of the request before. */
  asked(request: ZnodeRequest): this {
    return this.#add({ kind: "asked", at: this.#now(), number: ++this.#number, request });
  }

  answered(number: number, zxid: number, result: ZnodeResult): this {
    return this.#add({ kind: "answered", at: this.#now(), number, zxid, result });
  }

  /** Asked, and answered. */
  did(request: ZnodeRequest, zxid: number, result: ZnodeResult = { kind: "done" }): this {
    return this.asked(request).answered(this.#number, zxid, result);
  }

  told(event: EventType, path: string): this {
    return this.#add({ kind: "told", at: this.#now(), event, path });
  }

  disconnected(): this {
    return this.#add({ kind: "disconnected", at: this.#now() });
  }

  expired(): this {
    return this.#add({ kind: "expired", at: this.#now() });
  }

  #add(fact: Fact): this {
    this.facts.push(fact);
    return this;
  }

  #now(): number {
    return this.#at++;
  }
}

export const SYNC: ZnodeRequest = { kind: "sync" };
export const PING: ZnodeRequest = { kind: "ping" };
export const CLOSE: ZnodeRequest = { kind: "close" };
export const NO_NODE: ZnodeResult = { kind: "refused", code: -101 };

export function create(
  path: string,
  kind: "persistent" | "ephemeral" = "persistent",
): ZnodeRequest {
  const ephemeral = kind === "ephemeral";
  return { kind: "create", path, value: `of ${path}`, ephemeral, sequential: false };
}

export function created(path: string): ZnodeResult {
  return { kind: "created", path };
}

export function set(path: string, value: string): ZnodeRequest {
  return { kind: "set", path, value, version: null };
}

export function remove(path: string): ZnodeRequest {
  return { kind: "delete", path, version: null };
}

export function read(
  kind: "exists" | "get" | "children",
  path: string,
  watch: "watching" | "" = "",
): ZnodeRequest {
  return { kind, path, watch: watch === "watching" };
}

/** A node that was created at one zxid and set at another. */
export function stat(czxid: number, more: Partial<ZnodeStat> = {}): ZnodeStat {
  return { czxid, mzxid: czxid, pzxid: czxid, version: 0, owner: 0n, ...more };
}

export function found(czxid: number, more: Partial<ZnodeStat> = {}): ZnodeResult {
  return { kind: "stat", stat: stat(czxid, more) };
}
