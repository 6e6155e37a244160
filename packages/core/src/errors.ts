/**
 * Every way in which the consensus layers fail, as a closed list. Programs switch on the code,
 * never on the text. `docs/errors.md` says what to do about each.
 */
export type ErrorCode =
  | "ERR_INVARIANT"
  | "ERR_MALFORMED"
  | "ERR_LIMIT"
  | "ERR_STORAGE_FAILED"
  | "ERR_STORAGE_FULL"
  | "ERR_STORAGE_CORRUPT"
  | "ERR_STORAGE_LOCKED"
  | "ERR_STORAGE_FOREIGN"
  | "ERR_STORAGE_VERSION"
  | "ERR_WRONG_CLUSTER"
  | "ERR_CONFIGURATION"
  | "ERR_ADDRESS"
  | "ERR_NO_LEADER"
  | "ERR_NOT_LEADER"
  | "ERR_LEADER_CHANGED"
  | "ERR_TRANSFEREE"
  | "ERR_OVERLOADED"
  | "ERR_TIMEOUT"
  | "ERR_UNSUPPORTED"
  | "ERR_STOPPED";

/** An error of Quorate; `code` tells what happened, the message names the thing and the remedy. */
export class QuorateError extends Error {
  override readonly name = "QuorateError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The thrown thing as an error of ours; what is not one means that an invariant broke. */
export function toQuorateError(thrown: unknown): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new QuorateError("ERR_INVARIANT", `unexpected failure: ${text}`, { cause: thrown });
}
