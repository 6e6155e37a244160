import type { Journal } from "../journal.ts";
import type { LockHistoryListener } from "./lock-history.ts";

/** Writes into the journal who gets locks, and lets them go. */
export function noteLocks(journal: Journal): LockHistoryListener {
  return {
    acquired: ({ owner, key, token }) => {
      journal.counts.locked++;
      journal.note(owner, "has lock", `${key}, token ${token}`);
    },
    released: ({ owner, key }) => journal.note(owner, "has released", key),
  };
}
