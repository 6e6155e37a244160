import type { ReplicatedLog } from "@quorate/core";
import type { ZooKeeperResult, ZooKeeperStateMachine } from "../apply/index.ts";
import type { EnsembleSettings } from "../facts/index.ts";
import type { EnsembleStats } from "../metrics/index.ts";
import type { ContainerSettings } from "./container-manager.ts";
import type { Handshakes } from "./handshakes.ts";
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

/** An address to listen on; clients are let in behind their handshake if there is one. */
export interface Door extends ListenAddress {
  readonly handshakes?: Handshakes;
}

/** What a ZooKeeper server is made of, wherever its clients come from. */
export interface ZooKeeperServerOptions {
  /** The member's number (`myid`), of which sessions carry the lowest byte. */
  readonly sid: number;
  /** Must apply to `machine`. */
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly tickMillis: number;
  /** Twice the tick when left out. */
  readonly minSessionTimeoutMillis?: number;
  /** Twenty times the tick when left out. */
  readonly maxSessionTimeoutMillis?: number;
  /** Four-letter words that are answered, `*` for all; `srvr` in any case, as in ZooKeeper. */
  readonly fourLetterWords?: readonly string[];
  /** Told to clients that ask with `conf`. */
  readonly dataDir?: string;
  /** Told to clients that ask with `conf`; null, or left out, for a server by itself. */
  readonly ensembleSettings?: EnsembleSettings | null;
  /** What is counted of the ensemble beside the server; none when left out. */
  readonly ensembleStats?: EnsembleStats;
  readonly limits?: Partial<ServerLimits>;
  readonly report: ServerLog;
  /** Whether nodes may have a time to live; no when left out, as in ZooKeeper. */
  readonly extendedTypes?: boolean;
  /** Whether the hard limits of quotas are kept; no when left out, as in ZooKeeper. */
  readonly enforceQuota?: boolean;
  /** Whether access lists hold for nobody; no when left out. */
  readonly skipAcl?: boolean;
  /** Whether clients can prove a user by its password; yes when left out. */
  readonly digestScheme?: boolean;
  /** `name:digest` of a user for whom access lists do not hold; none when left out. */
  readonly superDigest?: string | null;
  readonly containers?: ContainerSettings;
  /** Whether a member without a leader serves those who only read; no when left out. */
  readonly readOnlyMode?: boolean;
  /** The members, as `/zookeeper/config` tells clients of them; nothing when left out. */
  readonly membership?: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallNow: () => number;
  /** Runs a callback at the end of the turn of the loop: when replies are written. */
  readonly defer: (callback: () => void) => void;
  /** Makes the secrets of sessions: 16 bytes that nobody can guess. */
  readonly newPassword: () => Uint8Array;
  /** Told to clients that ask with `conf`; null where no port is listened on. */
  readonly clientPort: () => number | null;
  /** The same of the port for clients that speak TLS; none when left out. */
  readonly secureClientPort?: () => number | null;
}
