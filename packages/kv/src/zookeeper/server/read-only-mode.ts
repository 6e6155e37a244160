import type { GroupView } from "@quorate/core";
import { OPCODE, type SessionId } from "../codec/index.ts";
import type { Service } from "../facts/index.ts";

/** A member that has just lost its leader will find another before anybody minds. */
const GRACE_MILLIS_MIN = 2_000;

/** Above whatever a log will count to: no session of the ensemble is ever born there. */
const BIRTHS = 2 ** 47;

/** What a {@link ReadOnlyMode} is made of. */
export interface ReadOnlyModeOptions {
  readonly isEnabled: boolean;
  readonly tickMillis: number;
  readonly view: GroupView;
  readonly now: number;
}

/**
 * A member without a leader may serve clients that ask for no more than reading, from what it has. It
 * waits first, as there will soon be a leader in most cases. The sessions of that time are its own:
 * each ends with its connection, and all of them when there is a leader.
 */
export class ReadOnlyMode {
  readonly #graceMillis: number;
  /** When a member that still has no leader begins; null as long as it has one. */
  #beginsAt: number | null = null;
  #births = BIRTHS;

  constructor({ isEnabled, tickMillis, view, now }: ReadOnlyModeOptions) {
    this.#graceMillis = isEnabled ? Math.max(GRACE_MILLIS_MIN, tickMillis) : Infinity;
    this.saw(view, now);
  }

  /**
   * To be told of every view.
   *
   * @returns whether clients that were let in to read have to go
   */
  saw({ leader }: GroupView, now: number): boolean {
    if (leader === null) {
      this.#beginsAt ??= now + this.#graceMillis;
      return false;
    }
    const wasServing = this.#serves(now);
    this.#beginsAt = null;
    return wasServing;
  }

  service({ leader }: GroupView, now: number): Service {
    if (leader !== null) return "full";
    return this.#serves(now) ? "readOnly" : "none";
  }

  #serves(now: number): boolean {
    return this.#beginsAt !== null && this.#beginsAt <= now;
  }

  newSession(sid: number): SessionId {
    return { sid, birth: this.#births++ };
  }
}

/** Whether a session is one of a member without a leader. */
export function isForReadingOnly({ birth }: SessionId): boolean {
  return birth >= BIRTHS;
}

/** Whether a request is refused as it asks for more than reading, or for what only a leader knows. */
export function needsLeader(opcode: number): boolean {
  switch (opcode) {
    case OPCODE.create:
    case OPCODE.create2:
    case OPCODE.createContainer:
    case OPCODE.createTtl:
    case OPCODE.delete:
    case OPCODE.setData:
    case OPCODE.setAcl:
    case OPCODE.multi:
    case OPCODE.check:
    case OPCODE.reconfig:
    case OPCODE.sync:
      return true;
    default:
      return false;
  }
}
