/**
 * The numbers and names that every part of a group speaks in.
 *
 * @packageDocumentation
 */

/**
 * A member of a group, unique for ever: an etcd member id in hex, a ZooKeeper sid in decimal.
 * The protocols only compare it for equality; ZAB parses its own.
 */
export type NodeId = string;

/** A consensus group that a member takes part in; frames on the wire name it. */
export type GroupId = string;

/** Raft's term, ZAB's epoch: starts at 0, never goes back on one member. */
export type Term = number;

/** Place of an entry in the log: dense from 1 for ever, under both protocols. 0 is "before the first". */
export type Index = number;

/** Names one request to the disk; strictly increasing within one process life of a member. */
export type Ticket = number;

/** Identifies one proposal or read barrier of this member, within one process life. */
export type RequestId = number;

/**
 * The time at which an event is stepped.
 *
 * `monotonic` (ms) drives timeouts and leases; `wall` (ms since 1970) is only ever stamped into
 * entries by a leader. A member that was stopped sees the jump in its very next event.
 */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}
