import type { Index, ReplicatedLog } from "@quorate/core";
import type { RequestBudget } from "../../service/request-budget.ts";
import type { Authority, ZooKeeperResult, ZooKeeperStateMachine } from "../apply/index.ts";
import type { SessionId } from "../codec/index.ts";
import type { Service } from "../facts/index.ts";
import type { Session } from "../session/index.ts";
import type { WatchTable } from "../watch/index.ts";
import type { Backlog } from "./backlog.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Word } from "./four-letter-words/index.ts";
import type { AccessSettings } from "./identities.ts";
import type { ServerLimits } from "./limits.ts";
import type { ServerLog } from "./options.ts";
import type { ServerStats } from "./server-stats.ts";
import type { WriterPool } from "./writer-pool.ts";

/** What connections share, and ask of their server. */
export interface ConnectionHost {
  readonly sid: number;
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly limits: ServerLimits;
  readonly backlog: Backlog;
  /** For requests that have begun to arrive. */
  readonly unfinished: RequestBudget;
  readonly stats: ServerStats;
  readonly watches: WatchTable;
  readonly writers: WriterPool;
  readonly report: ServerLog;
  /** Which clients are let in. */
  readonly service: Service;
  readonly access: AccessSettings;
  /** What `/zookeeper/config` tells. */
  readonly membership: Uint8Array;
  /** What requests may do here beside what their client may. */
  readonly features: Pick<Authority, "extendedTypes" | "enforceQuota">;
  now(): number;
  /** Milliseconds since 1970. */
  wallNow(): number;
  newPassword(): Uint8Array;
  /** A session that nobody but this server will ever know of. */
  newReadOnlySession(): SessionId;
  /** What a client gets that asks for this timeout. */
  negotiate(timeoutMillis: number): number;
  /** What a four-letter word is answered with. */
  answerWord(word: Word): Promise<string>;
  /** The connection has the session that the attachment names. */
  attach(connection: ClientConnection, attachment: Index): void;
  heard(session: Session): void;
  /** {@link ClientConnection.flush} is to be called at the end of the turn. */
  wantFlush(connection: ClientConnection): void;
  /** {@link ClientConnection.advance} is to be called when the backlog has room. */
  stalled(connection: ClientConnection): void;
  /** Whether requests may still be answered in this turn of the loop, without keeping others waiting. */
  readonly hasTime: boolean;
  /** {@link ClientConnection.goOn} is to be called in the next turn. */
  wantTurn(connection: ClientConnection): void;
  /** The connection is closed. */
  gone(connection: ClientConnection): void;
}
