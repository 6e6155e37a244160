import {
  toQuorateError,
  type Index,
  type ReplicatedLog,
  type Term,
  type Outcome,
} from "@quorate/core";
import {
  encodeServerCommand,
  type ZooKeeperResult,
  type ZooKeeperStateMachine,
} from "../apply/index.ts";
import { sessionText } from "../codec/index.ts";
import {
  decodeTouches,
  encodeTouches,
  isTaken,
  NOT_LEADING,
  SessionExpiry,
  TAKEN,
  type Session,
} from "../session/index.ts";
import type { Expiry } from "../facts/index.ts";
import type { ServerLog } from "./options.ts";
import type { ServerStats } from "./server-stats.ts";

/** What a keeper needs of its server. */
export interface SessionKeeperOptions {
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly tickMillis: number;
  readonly now: () => number;
  readonly stats: ServerStats;
  readonly report: ServerLog;
}

/**
 * Keeps sessions alive that are heard of, and ends those that are not: members tell the leader twice
 * a tick whom they have heard of, and the leader, alone, expires the others through the log, in its
 * own term only. A leader that has been replaced must not end a session that is alive elsewhere.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  /** Births of the sessions heard of here that the leader does not know of yet. */
  #heard = new Set<Index>();
  #leading: { readonly term: Term; readonly expiry: SessionExpiry } | null = null;
  /** For how long this member was awake, up to when it looked last. */
  #awakeMillis = 0;
  #lastLook: number;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
    this.#lastLook = options.now();
  }

  /** A client of this member said something. */
  heard(session: Session): void {
    this.#heard.add(session.id.birth);
  }

  /** A session was opened, or taken over: its client is there. */
  attached(session: Session): void {
    this.#leading?.expiry.touch(session, this.#awake());
  }

  closed(session: Session): void {
    this.#heard.delete(session.id.birth);
    this.#leading?.expiry.forget(session);
  }

  /** The sessions are others now. */
  replaced(): void {
    this.#heard.clear();
    this.#leading = null;
  }

  /** When the sessions end that are not heard of before, soonest first; none where this member does not lead. */
  expiries(): readonly Expiry[] {
    const due = [...(this.#leading?.expiry.due ?? [])];
    return due
      .sort(([a], [b]) => a - b)
      .map(([tick, sessions]) => ({
        inMillis: tick * this.#options.tickMillis - this.#awake(),
        sessions: [...sessions].map(({ id }) => id),
      }));
  }

  /** To be called twice a tick. */
  tick(): void {
    this.#lead();
    this.#tellLeader();
    this.#expire();
  }

  /** Answers another member that tells whom it has heard of. */
  onAsk(question: Uint8Array): Uint8Array {
    try {
      const births = decodeTouches(question);
      if (this.#leading === null) return NOT_LEADING;
      for (const birth of births) this.#touch(birth);
      return TAKEN;
    } catch (thrown) {
      const error = toQuorateError(thrown);
      if (error.code !== "ERR_MALFORMED") throw error;
      return NOT_LEADING;
    }
  }

  /** A new leader knows of nobody when it was last heard of: everybody begins anew. */
  #lead(): void {
    const { isLeader, term } = this.#options.log.view();
    if (!isLeader) this.#leading = null;
    else if (this.#leading?.term !== term) {
      const expiry = new SessionExpiry(this.#options.tickMillis, this.#awake());
      for (const session of this.#options.machine.sessions) {
        expiry.touch(session, this.#awake());
      }
      this.#leading = { term, expiry };
    }
  }

  #tellLeader(): void {
    const heard = this.#heard;
    if (heard.size === 0) return;
    this.#heard = new Set();
    if (this.#leading !== null) {
      for (const birth of heard) this.#touch(birth);
      return;
    }
    this.#options.log.ask("leader", encodeTouches(heard), (answer) => {
      if (answer instanceof Uint8Array && isTaken(answer)) return;
      for (const birth of heard) {
        if (this.#options.machine.sessions.born(birth) !== null) this.#heard.add(birth);
      }
    });
  }

  /** Counts the time in which this member was awake: a pause of its own is no client's silence. */
  #awake(): number {
    const now = this.#options.now();
    this.#awakeMillis += Math.min(now - this.#lastLook, this.#options.tickMillis);
    this.#lastLook = now;
    return this.#awakeMillis;
  }

  #touch(birth: Index): void {
    const session = this.#options.machine.sessions.born(birth);
    if (session !== null) this.#leading?.expiry.touch(session, this.#awake());
  }

  #expire(): void {
    const leading = this.#leading;
    if (leading === null) return;
    const { log, machine, stats, report } = this.#options;
    for (const session of leading.expiry.takeExpired(this.#awake())) {
      const { id, attachment, timeoutMillis } = session;
      report.info(
        { session: sessionText(id), timeoutMillis },
        "nothing heard of a session: it expires",
      );
      const command = encodeServerCommand({ kind: "expireSession", session: id, attachment });
      const done = (outcome: Outcome<ZooKeeperResult>): void => {
        if (outcome.kind === "failed") {
          if (machine.sessions.born(id.birth) === session) leading.expiry.retry(session);
        } else if (outcome.result.kind === "sessionClosed") stats.counts.expiredSessions++;
      };
      log.propose(command, done, { onlyInTerm: leading.term });
    }
  }
}
