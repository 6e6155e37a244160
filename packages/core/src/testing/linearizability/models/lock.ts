import { groupByObject, type Model, type Specification } from "../model.ts";

export type LockInput =
  | { readonly kind: "acquire"; readonly key: string; readonly owner: string }
  /** By the token that came with the lock, where its owner knows it. */
  | {
      readonly kind: "release";
      readonly key: string;
      readonly owner: string;
      readonly token: number | null;
    }
  /** The owner's lease ends, whether it holds the lock or not. */
  | { readonly kind: "expire"; readonly key: string; readonly owner: string };

export type LockOutput =
  /** With a fencing token, above all that were given before. */
  | { readonly kind: "acquired"; readonly token: number }
  /** Somebody holds it. */
  | { readonly kind: "refused" }
  | { readonly kind: "released" }
  /** The one who wanted to release it does not hold it. */
  | { readonly kind: "notHeld" }
  | { readonly kind: "expired" };

export interface LockState {
  readonly holder: Holder | null;
  /** No token was above it so far, and the next one must be. */
  readonly lastToken: number;
}

interface Holder {
  readonly owner: string;
  /** Null: nobody was told it; it is `lastToken` or above. */
  readonly token: number | null;
}

/**
 * Locks by key that one owner holds at a time, each time with a token above all before. An owner that
 * may have lost its lease needs an `expire` in the history: invoked when it last knew that it had it,
 * and of unknown outcome unless somebody knows better.
 */
export const lockModel: Model<LockInput, LockOutput, LockState> = {
  parts: (history) => groupByObject(history, ({ key }) => key),
  specification: () => LOCK,
  describe,
  describeState: ({ holder, lastToken }) => {
    if (holder === null) return `free, last token ${lastToken}`;
    const token = holder.token === null ? `of ${lastToken} or above` : `${holder.token}`;
    return `held by ${holder.owner}, token ${token}`;
  },
};

const LOCK: Specification<LockInput, LockOutput, LockState> = {
  initial: { holder: null, lastToken: 0 },
  step: (state, input, output) => {
    switch (input.kind) {
      case "acquire":
        return acquire(state, input.owner, output);
      case "release":
        return release(state, input.owner, input.token, output);
      case "expire":
        return output === null || output.kind === "expired" ? expire(state, input.owner) : [];
    }
  },
  stateKey: ({ holder, lastToken }) => JSON.stringify([holder?.owner, holder?.token, lastToken]),
  inputKey: (input) => JSON.stringify(input),
  readsOnly: (_input, output) => output?.kind === "refused" || output?.kind === "notHeld",
};

function acquire(state: LockState, owner: string, output: LockOutput | null): readonly LockState[] {
  const { holder, lastToken } = state;
  if (output?.kind === "refused") return holder === null ? [] : [state];
  if (holder !== null) return [];
  if (output === null) return [{ holder: { owner, token: null }, lastToken: lastToken + 1 }];
  if (output.kind !== "acquired" || output.token <= lastToken) return [];
  return [{ holder: { owner, token: output.token }, lastToken: output.token }];
}

function release(
  state: LockState,
  owner: string,
  token: number | null,
  output: LockOutput | null,
): readonly LockState[] {
  const { holder, lastToken } = state;
  const isOwner = holder?.owner === owner;
  const isHeld = isOwner && (token === null || token === holder.token);
  if (output?.kind === "notHeld") return isHeld ? [] : [state];
  // Nobody was told the token of a lock that was acquired with unknown outcome.
  const mayBeHeld = isHeld || (isOwner && holder.token === null && (token ?? 0) >= lastToken);
  if (!mayBeHeld || (output !== null && output.kind !== "released")) return [];
  return [{ holder: null, lastToken: Math.max(lastToken, token ?? 0) }];
}

function expire(state: LockState, owner: string): readonly LockState[] {
  if (state.holder?.owner !== owner) return [state];
  return [{ holder: null, lastToken: state.lastToken }];
}

function describe(input: LockInput, output: LockOutput | null): string {
  const { kind, owner } = input;
  const token = kind === "release" && input.token !== null ? ` with token ${input.token}` : "";
  const asked = `${owner}: ${kind}${token}`;
  if (output === null) return asked;
  return `${asked} -> ${output.kind === "acquired" ? `token ${output.token}` : output.kind}`;
}
