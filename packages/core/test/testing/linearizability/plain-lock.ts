import type { LockInput, LockOutput } from "../../../src/testing/linearizability/index.ts";
import { isEqual, type PlainObject } from "./plain-object.ts";

export interface PlainLocks {
  readonly held: Readonly<Record<string, { readonly owner: string; readonly token: number }>>;
  readonly last: Readonly<Record<string, number>>;
}

/** How far above the last one a token may be: no test has more of them. */
const STEP_MAX = 16;

export const plainLocks: PlainObject<LockInput, LockOutput, PlainLocks> = {
  initial: { held: {}, last: {} },
  serve: (state, input) => {
    const { key, owner } = input;
    const { [key]: holder, ...others } = state.held;
    switch (input.kind) {
      case "acquire": {
        if (holder !== undefined) return [{ state, output: { kind: "refused" } }];
        return Array.from({ length: STEP_MAX }, (_, i) => {
          const token = (state.last[key] ?? 0) + i + 1;
          const held = { ...state.held, [key]: { owner, token } };
          const after = { held, last: { ...state.last, [key]: token } };
          return { state: after, output: { kind: "acquired", token } as const };
        });
      }
      case "release": {
        const { token } = input;
        if (holder?.owner !== owner || (token !== null && token !== holder.token)) {
          return [{ state, output: { kind: "notHeld" } }];
        }
        return [{ state: { ...state, held: others }, output: { kind: "released" } }];
      }
      case "expire": {
        const after = holder?.owner === owner ? { ...state, held: others } : state;
        return [{ state: after, output: { kind: "expired" } }];
      }
    }
  },
  isAnswer: isEqual,
};
