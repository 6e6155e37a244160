import { QuorateError } from "./errors.ts";

/**
 * Checks an invariant; stays on in production. A member whose invariant broke must stop:
 * going on could acknowledge what a quorum does not have.
 *
 * @throws {@link QuorateError} `ERR_INVARIANT`
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new QuorateError("ERR_INVARIANT", `invariant broken: ${message}`);
}

/** Marks the end of an exhaustive switch; does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new QuorateError("ERR_INVARIANT", `unexpected value: ${JSON.stringify(value)}`);
}
