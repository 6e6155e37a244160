/** What a client asks a ZooKeeper server for. */
export type ZnodeRequest =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly value: string;
      readonly ephemeral: boolean;
      /** The server adds a number to the path. */
      readonly sequential: boolean;
    }
  /** The version that the node must have; null: any. */
  | {
      readonly kind: "set";
      readonly path: string;
      readonly value: string;
      readonly version: number | null;
    }
  | { readonly kind: "delete"; readonly path: string; readonly version: number | null }
  /** Whether the node is there, its data, or its children; with a one-shot watch, or without. */
  | {
      readonly kind: "exists" | "get" | "children";
      readonly path: string;
      readonly watch: boolean;
    }
  | { readonly kind: "sync" | "ping" | "close" }
  /** What was watched on an earlier connection, and what the client had seen then. */
  | {
      readonly kind: "setWatches";
      readonly seen: number;
      readonly watches: readonly Watch[];
    };

/** Left by `exists` where there is no node, by `exists` and `get` where there is one, by `children`. */
export type WatchKind = "exist" | "data" | "children";

export interface Watch {
  readonly kind: WatchKind;
  readonly path: string;
}

/** Part of what ZooKeeper keeps of a node besides its data. */
export interface ZnodeStat {
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly version: number;
  /** The session whose node it is; 0 for one that belongs to nobody. */
  readonly owner: bigint;
}

export type ZnodeResult =
  | { readonly kind: "created"; readonly path: string }
  /** Of `set` and `exists`. */
  | { readonly kind: "stat"; readonly stat: ZnodeStat }
  | { readonly kind: "data"; readonly value: string; readonly stat: ZnodeStat }
  | { readonly kind: "children"; readonly names: readonly string[]; readonly stat: ZnodeStat }
  /** Of everything else. */
  | { readonly kind: "done" }
  /** With ZooKeeper's code. */
  | { readonly kind: "refused"; readonly code: number };

/** The codes that judges must know. */
export const REFUSED = { noNode: -101, badVersion: -103, nodeExists: -110 } as const;

export type EventType = "created" | "deleted" | "data changed" | "children changed";

/**
 * What a client saw, by a clock that all clients share, in the order in which it did. What was asked
 * before a disconnection and not answered by then has an unknown outcome.
 */
export type Fact =
  /** It has a connection and a session: a new one, or the one it had. */
  | {
      readonly kind: "connected";
      readonly at: number;
      readonly session: bigint;
      readonly timeoutMillis: number;
      readonly member: string;
    }
  /** Requests are numbered from 1 over all connections. */
  | {
      readonly kind: "asked";
      readonly at: number;
      readonly number: number;
      readonly request: ZnodeRequest;
    }
  | {
      readonly kind: "answered";
      readonly at: number;
      readonly number: number;
      readonly zxid: number;
      readonly result: ZnodeResult;
    }
  /** A watch fired. */
  | {
      readonly kind: "told";
      readonly at: number;
      readonly event: EventType;
      readonly path: string;
    }
  | { readonly kind: "disconnected"; readonly at: number }
  /** A server said that the session is gone, and what it watched with it. */
  | { readonly kind: "expired"; readonly at: number };

/** What one client saw, from its first connection on. */
export interface ClientHistory {
  readonly client: string;
  readonly facts: readonly Fact[];
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
