import type { KeyValueInput, KeyValueOutput } from "../../../src/testing/linearizability/index.ts";
import { isEqual, type PlainObject } from "./plain-object.ts";

type Values = Readonly<Record<string, string>>;

export const plainKeyValues: PlainObject<KeyValueInput, KeyValueOutput, Values> = {
  initial: {},
  serve: (state, input) => {
    const value = state[input.key] ?? "";
    if (input.kind === "get") return [{ state, output: { kind: "value", value } }];
    const after = input.kind === "put" ? input.value : value + input.value;
    return [{ state: { ...state, [input.key]: after }, output: { kind: "done" } }];
  },
  isAnswer: isEqual,
};
