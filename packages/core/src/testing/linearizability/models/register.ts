import { groupByObject, type Model, type Specification } from "../model.ts";

/** What a register can hold. */
export type RegisterValue = string | number | null;

export type RegisterInput =
  | { readonly kind: "read"; readonly key: string }
  | { readonly kind: "write"; readonly key: string; readonly value: RegisterValue }
  /** Compare and set: writes `to` where the register holds `from`. */
  | {
      readonly kind: "cas";
      readonly key: string;
      readonly from: RegisterValue;
      readonly to: RegisterValue;
    };

export type RegisterOutput =
  | { readonly kind: "read"; readonly value: RegisterValue }
  | { readonly kind: "written" }
  | { readonly kind: "cas"; readonly swapped: boolean };

/**
 * Registers that are read, written, and compared and set, one for each key, as Jepsen has them; null
 * before their first write.
 *
 * Where every write of a register has a value of its own and nothing is compared,
 * `checkRegisterHistory` of `@quorate/core/testing/sim` says the same without a search.
 */
export const registerModel: Model<RegisterInput, RegisterOutput, RegisterValue> = {
  parts: (history) => groupByObject(history, ({ key }) => key),
  specification: () => REGISTER,
  describe,
  describeState: (value) => JSON.stringify(value),
};

const REGISTER: Specification<RegisterInput, RegisterOutput, RegisterValue> = {
  initial: null,
  step,
  stateKey: (value) => JSON.stringify(value),
  inputKey: (input) => JSON.stringify(input),
  readsOnly: (input, output) =>
    input.kind === "read" || (output?.kind === "cas" && !output.swapped),
};

function step(
  held: RegisterValue,
  input: RegisterInput,
  output: RegisterOutput | null,
): readonly RegisterValue[] {
  if (output !== null && !answers(held, input, output)) return [];
  switch (input.kind) {
    case "read":
      return [held];
    case "write":
      return [input.value];
    case "cas":
      return [held === input.from ? input.to : held];
  }
}

/** Whether a register that holds this can have answered so. */
function answers(held: RegisterValue, input: RegisterInput, output: RegisterOutput): boolean {
  switch (input.kind) {
    case "read":
      return output.kind === "read" && output.value === held;
    case "write":
      return output.kind === "written";
    case "cas":
      return output.kind === "cas" && output.swapped === (held === input.from);
  }
}

function describe(input: RegisterInput, output: RegisterOutput | null): string {
  switch (input.kind) {
    case "read":
      return `read${output?.kind === "read" ? ` -> ${JSON.stringify(output.value)}` : ""}`;
    case "write":
      return `write ${JSON.stringify(input.value)}`;
    case "cas": {
      const swapped = output?.kind === "cas" ? ` -> ${output.swapped ? "done" : "refused"}` : "";
      return `cas ${JSON.stringify(input.from)} to ${JSON.stringify(input.to)}${swapped}`;
    }
  }
}
