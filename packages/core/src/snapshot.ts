import type { Configuration } from "./configuration.ts";
import type { Position } from "./position.ts";

/**
 * What a snapshot stands for: the state after the entry at `position`, and the configuration in
 * force there. Without the configuration a member restored from it could not count a quorum.
 */
export interface SnapshotMeta {
  readonly position: Position;
  readonly configuration: Configuration;
}

/** Names a snapshot that lies complete in a store, not yet installed; opaque to the protocols. */
export type SnapshotHandle = string;
