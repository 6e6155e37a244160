import type { ReplicatedLog } from "@quorate/core";
import type { ZooKeeperResult, ZooKeeperStateMachine } from "../apply/index.ts";
import type { ServerLimits } from "./limits.ts";

/** Where a server tells what happens to its clients; a pino logger is one. */
export interface ServerLog {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/** Where clients are listened for. */
export interface ListenAddress {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** What a ZooKeeper server is made of. */
export interface ZooKeeperServerOptions {
  /** The member's number (`myid`), of which sessions carry the lowest byte. */
  readonly sid: number;
  /** Must apply to `machine`. */
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly listen: readonly ListenAddress[];
  readonly tickMillis: number;
  /** Twice the tick when left out. */
  readonly minSessionTimeoutMillis?: number;
  /** Twenty times the tick when left out. */
  readonly maxSessionTimeoutMillis?: number;
  /** Four-letter words that are answered, `*` for all; `srvr` alone when left out, as in ZooKeeper. */
  readonly fourLetterWords?: readonly string[];
  /** Told to clients that ask with `conf`. */
  readonly dataDir?: string;
  readonly limits?: Partial<ServerLimits>;
  readonly report: ServerLog;
  /** Monotonic milliseconds; Node's own when left out. */
  readonly now?: () => number;
  /** Runs a callback at the end of the turn of the loop: when replies are written. */
  readonly defer?: (callback: () => void) => void;
  /** Makes the secrets of sessions; random when left out. */
  readonly newPassword?: () => Uint8Array;
}
