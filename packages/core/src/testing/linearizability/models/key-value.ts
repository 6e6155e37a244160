import { groupByObject, type Model, type Specification } from "../model.ts";

export type KeyValueInput =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "append"; readonly key: string; readonly value: string };

export type KeyValueOutput =
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "done" };

/** Strings by key that can be replaced and added to; empty at first. */
export const keyValueModel: Model<KeyValueInput, KeyValueOutput, string> = {
  parts: (history) => groupByObject(history, ({ key }) => key),
  specification: () => STRING,
  describe: (input, output) => {
    if (input.kind !== "get") return `${input.kind} ${JSON.stringify(input.value)}`;
    return output?.kind === "value" ? `get -> ${JSON.stringify(output.value)}` : "get";
  },
  describeState: (value) => JSON.stringify(value),
};

const STRING: Specification<KeyValueInput, KeyValueOutput, string> = {
  initial: "",
  step: (held, input, output) => {
    switch (input.kind) {
      case "get":
        return output === null || (output.kind === "value" && output.value === held) ? [held] : [];
      case "put":
        return output?.kind === "value" ? [] : [input.value];
      case "append":
        return output?.kind === "value" ? [] : [held + input.value];
    }
  },
  stateKey: (value) => value,
  inputKey: (input) => JSON.stringify(input),
  readsOnly: ({ kind }) => kind === "get",
};
