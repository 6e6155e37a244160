/**
 * Raft as the simulator runs it.
 *
 * @packageDocumentation
 */
export { simulatedRaft } from "./simulated-raft.ts";
