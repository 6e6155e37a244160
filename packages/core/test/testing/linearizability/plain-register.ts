import type {
  RegisterInput,
  RegisterOutput,
  RegisterValue,
} from "../../../src/testing/linearizability/index.ts";
import { isEqual, type PlainObject } from "./plain-object.ts";

type Registers = Readonly<Record<string, RegisterValue>>;

export const plainRegisters: PlainObject<RegisterInput, RegisterOutput, Registers> = {
  initial: {},
  serve: (state, input) => {
    const { key } = input;
    const value = state[key] ?? null;
    switch (input.kind) {
      case "read":
        return [{ state, output: { kind: "read", value } }];
      case "write":
        return [{ state: { ...state, [key]: input.value }, output: { kind: "written" } }];
      case "cas": {
        const swapped = value === input.from;
        const after = swapped ? { ...state, [key]: input.to } : state;
        return [{ state: after, output: { kind: "cas", swapped } }];
      }
    }
  },
  isAnswer: isEqual,
};
