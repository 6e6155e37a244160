/**
 * Raft as a pure protocol: events in, effects out.
 *
 * Read in this order: `messages`, `role`, `node`, `raft`, `term-gate`, `handlers`, then the folder
 * of a role.
 *
 * @packageDocumentation
 */
export { raftCodec } from "./codec.ts";
export { decodeHardState, type HardState } from "./hard-state.ts";
export type { RaftMessage } from "./messages.ts";
export { RAFT_LIMITS, type RaftLimits, type RaftOptions } from "./options.ts";
export { Raft } from "./raft.ts";
