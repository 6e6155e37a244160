import { Summary, Tally } from "../../metrics/index.ts";
import { SizeRange } from "../metrics/index.ts";

/** What only grows until somebody resets it. */
const NOTHING = {
  /** Frames and four-letter words that came. */
  received: 0,
  /** Replies, notifications and answers to four-letter words. */
  sent: 0,
  bytesReceived: 0,
  responseBytes: 0,
  watchBytes: 0,
  /** Clients that asked for a session, a new one or their own. */
  connectRequests: 0,
  /** Those of them that asked for one they had. */
  resumptions: 0,
  /** Connections that were not let in because there are too many. */
  rejected: 0,
  /** Connections closed because they asked for no session in time. */
  sessionless: 0,
  /** Clients that came while nobody could be served. */
  unserved: 0,
  /** Requests that were too long. */
  oversized: 0,
  /** How often a connection was left unread because too much was under way. */
  waits: 0,
  authFailures: 0,
  /** Requests for watches that a client has too many of. */
  throttled: 0,
  /** Sessions that this server, leading, let expire. */
  expiredSessions: 0,
};

/** What a server counts of what it does for its clients. */
export class ServerStats {
  readonly counts: { -readonly [Name in keyof typeof NOTHING]: number } = { ...NOTHING };
  /** How long requests took that have a place in the order of their client's, ms. */
  readonly latency: Tally = new Tally();
  /** Those that changed nothing. */
  readonly reads: Summary = new Summary("advanced");
  /** Those that went through the log. */
  readonly updates: Summary = new Summary("advanced");
  readonly responses: SizeRange = new SizeRange();

  /** A request was answered so long after it came. */
  answered(kind: "read" | "update", millis: number): void {
    this.latency.observe(millis);
    if (kind === "read") this.reads.observe(millis);
    else this.updates.observe(millis);
  }

  reset(): void {
    Object.assign(this.counts, NOTHING);
    this.latency.reset();
    this.reads.reset();
    this.updates.reset();
    this.responses.reset();
  }
}
