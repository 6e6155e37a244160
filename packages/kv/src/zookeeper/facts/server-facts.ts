import type { GroupView } from "@quorate/core";
import type { ZooKeeperStateMachine } from "../apply/index.ts";
import type { SessionId } from "../codec/index.ts";
import type { EnsembleStats } from "../metrics/index.ts";
import type { ConnectionStats } from "../server/connection-stats.ts";
import type { ServerStats } from "../server/server-stats.ts";
import type { Session } from "../session/index.ts";
import type { Watcher, WatchTable } from "../watch/index.ts";

/** Whom a server serves: everybody, those that only read, or nobody. */
export type Service = "full" | "readOnly" | "none";

/** What a server can be asked about itself, as it is at that moment. */
export interface ServerFacts {
  readonly service: Service;
  readonly view: GroupView;
  readonly machine: ZooKeeperStateMachine;
  readonly stats: ServerStats;
  readonly ensemble: EnsembleStats;
  readonly watches: WatchTable;
  readonly connections: ReadonlySet<ConnectionFacts>;
  /** Requests under way. */
  readonly outstanding: number;
  /** Monotonic ms, which is what `ConnectionStats` and `EnsembleStats` count by. */
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wallNow: number;
  readonly uptimeMillis: number;
  readonly settings: ServerSettings;
  /** When sessions end that are not heard of before, soonest first; none where this member does not lead. */
  expiries(): readonly Expiry[];
}

/** A connection of a client. */
export interface ConnectionFacts extends Watcher {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether it came with TLS. */
  readonly isSecure: boolean;
  /** Bits of what the server waits for on the connection: 1 that it can be read, 4 that it can be written. */
  readonly interestOps: number;
  readonly queued: number;
  /** Null before it has one. */
  readonly session: Pick<Session, "id" | "timeoutMillis"> | null;
  /** Monotonic ms at which the connection is closed if nothing is heard of the client before. */
  readonly silentUntil: number;
  /** Milliseconds since 1970. */
  readonly establishedAt: number;
  readonly stats: ConnectionStats;
}

/** Sessions that end together. */
export interface Expiry {
  readonly inMillis: number;
  readonly sessions: readonly SessionId[];
}

/** What a server was configured to, under the names of `conf`. */
export interface ServerSettings {
  /** -1 for none. */
  readonly clientPort: number;
  /** -1 for none. */
  readonly secureClientPort: number;
  /** Empty where everything is in memory. */
  readonly dataDir: string;
  readonly tickTime: number;
  readonly maxClientCnxns: number;
  readonly minSessionTimeout: number;
  readonly maxSessionTimeout: number;
  readonly serverId: number;
  /** Null for a server by itself. */
  readonly ensemble: EnsembleSettings | null;
  /** What `/zookeeper/config` tells. */
  readonly membership: string;
}

/** What only a server of an ensemble is configured to. */
export interface EnsembleSettings {
  readonly initLimit: number;
  readonly syncLimit: number;
}
