import {
  CREATE_FLAGS,
  ERROR,
  type CreateRequest,
  type Refusal,
  type SessionId,
} from "../codec/index.ts";
import { CONTAINER, PERSISTENT, type NodeKind } from "../store/index.ts";

/** What is made by a create. */
export interface CreateMode {
  readonly kind: NodeKind;
  /** Whether the name is completed with a number. */
  readonly isSequential: boolean;
}

/** A time to live takes 40 bits. */
const TTL_MILLIS_MAX = 2 ** 40 - 1;

/** What the flags and the time to live of a request ask for, if they ask for something that exists. */
export function createMode(
  { flags, ttl }: CreateRequest,
  { session, extendedTypes }: { readonly session: SessionId; readonly extendedTypes: boolean },
): CreateMode | Refusal {
  switch (flags) {
    case CREATE_FLAGS.persistentTtl:
    case CREATE_FLAGS.persistentSequentialTtl: {
      if (!extendedTypes) return ERROR.unimplemented;
      if (ttl === null || ttl <= 0 || ttl > TTL_MILLIS_MAX) return ERROR.badArguments;
      const isSequential = flags === CREATE_FLAGS.persistentSequentialTtl;
      return { kind: { kind: "ttl", millis: ttl }, isSequential };
    }
  }
  // A time that the mode has no use for.
  if (ttl !== null && ttl >= 0) return ERROR.badArguments;
  switch (flags) {
    case CREATE_FLAGS.persistent:
      return { kind: PERSISTENT, isSequential: false };
    case CREATE_FLAGS.persistentSequential:
      return { kind: PERSISTENT, isSequential: true };
    case CREATE_FLAGS.ephemeral:
      return { kind: { kind: "ephemeral", session }, isSequential: false };
    case CREATE_FLAGS.ephemeralSequential:
      return { kind: { kind: "ephemeral", session }, isSequential: true };
    case CREATE_FLAGS.container:
      return { kind: CONTAINER, isSequential: false };
    default:
      return ERROR.badArguments;
  }
}
