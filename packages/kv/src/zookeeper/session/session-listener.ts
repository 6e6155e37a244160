import type { Index } from "@quorate/core";
import type { Session } from "./session-table.ts";

/** Is told by the state machine, while it applies, what becomes of sessions. */
export interface SessionListener {
  /** A connection has the session now; `before` names the one that had it, if any. */
  attached(session: Session, before: Index | null): void;
  closed(session: Session): void;
  /** A snapshot replaced everything: look at the sessions anew. */
  replaced(): void;
}
