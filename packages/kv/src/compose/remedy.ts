import type { ErrorCode } from "@quorate/core";

const REMEDIES = {
  ERR_INVARIANT:
    "this is a bug: keep the data directory and this log, report both, and start the member again",
  ERR_MALFORMED: "the data is of another version or damaged: see ERR_STORAGE_CORRUPT",
  ERR_LIMIT: "a limit was exceeded: see the message",
  ERR_STORAGE_FAILED:
    "what a failed write left on the disk is unknown, so the member stopped: check the disk and the " +
    "kernel's log, then start it again",
  ERR_STORAGE_FULL: "make room on the disk of the data directory, then start the member again",
  ERR_STORAGE_CORRUPT:
    "leave the member stopped while the others go on, and restore the damaged file from a copy of " +
    "this very member's; with an empty directory it would forget what it acknowledged",
  ERR_STORAGE_LOCKED:
    "another process uses the data directory: stop it, or choose another --data-dir",
  ERR_STORAGE_FOREIGN: "the data directory belongs to something else: choose another --data-dir",
  ERR_STORAGE_VERSION:
    "the data directory was written by a newer version: start that version, or choose another --data-dir",
  ERR_WRONG_CLUSTER:
    "the data directory belongs to another member or cluster: check --data-dir, --name and " +
    "--initial-cluster",
  ERR_CONFIGURATION: "check --name, --initial-cluster and the timings",
  ERR_ADDRESS: "check the address and that no other process listens on it",
  ERR_NO_LEADER: "check that a majority of the members run and reach each other",
  ERR_NOT_LEADER: "check that a majority of the members run and reach each other",
  ERR_LEADER_CHANGED: "try again",
  ERR_TRANSFEREE: "name a voting member that runs",
  ERR_OVERLOADED: "send fewer requests at a time",
  ERR_TIMEOUT: "check that a majority of the members run and reach each other",
  ERR_UNSUPPORTED: "the protocol cannot do this: see the message",
  ERR_STOPPED: "start the member again",
} as const satisfies Record<ErrorCode, string>;

/** What an operator does about a member that could not go on. */
export function remedyFor(code: ErrorCode): string {
  return REMEDIES[code];
}
