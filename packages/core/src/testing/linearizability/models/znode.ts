import { groupByObject, type Model, type Specification } from "../model.ts";

export type ZnodeInput =
  | { readonly kind: "create"; readonly path: string; readonly value: string }
  /** The version that the node must have; null: any. */
  | {
      readonly kind: "set";
      readonly path: string;
      readonly value: string;
      readonly version: number | null;
    }
  | { readonly kind: "delete"; readonly path: string; readonly version: number | null }
  /** Behind a `sync`, so that it takes effect between its call and its answer. */
  | { readonly kind: "read"; readonly path: string };

export type ZnodeOutcome =
  | { readonly kind: "created" | "deleted" | "noNode" | "nodeExists" | "badVersion" }
  | { readonly kind: "set"; readonly version: number }
  | { readonly kind: "read"; readonly value: string; readonly version: number };

export interface ZnodeOutput {
  /** Of the change that was made, or of the state in which none was. */
  readonly zxid: number;
  readonly outcome: ZnodeOutcome;
}

export interface ZnodeState {
  /** Null: there is none. */
  readonly node: Znode | null;
  /** Of the last change or answer; where nobody knows that of a change, the lowest that it can have. */
  readonly zxid: number;
}

interface Znode {
  readonly value: string;
  readonly version: number;
}

/**
 * Nodes of a ZooKeeper tree by their paths, without parents and children: created, set and deleted, by
 * version or not, and read. Every change has a zxid of its own, above all before, and answers without a
 * change have one that is no lower than that of the change before.
 */
export const znodeModel: Model<ZnodeInput, ZnodeOutput, ZnodeState> = {
  parts: (history) => groupByObject(history, ({ path }) => path),
  specification: () => ZNODE,
  describe,
  describeState: ({ node, zxid }) => {
    const words =
      node === null ? "no node" : `${JSON.stringify(node.value)}, version ${node.version}`;
    return `${words}, zxid ${zxid}`;
  },
};

const ZNODE: Specification<ZnodeInput, ZnodeOutput, ZnodeState> = {
  initial: { node: null, zxid: 0 },
  step: (state, input, output) => {
    const { node, outcome } = serve(state.node, input);
    const changes = isChange(outcome);
    const lowest = state.zxid + (changes ? 1 : 0);
    if (output === null) return changes ? [{ node, zxid: lowest }] : [state];
    if (!isSame(output.outcome, outcome) || output.zxid < lowest) return [];
    return output.zxid === state.zxid ? [state] : [{ node, zxid: output.zxid }];
  },
  stateKey: (state) => JSON.stringify(state),
  inputKey: (input) => JSON.stringify(input),
  // What was answered tells the zxid, and rules out the lower ones.
  readsOnly: (input, output) => input.kind === "read" && output === null,
  rank: (_input, { outcome, zxid }) => 2 * zxid + (isChange(outcome) ? 0 : 1),
};

function serve(
  node: Znode | null,
  input: ZnodeInput,
): { readonly node: Znode | null; readonly outcome: ZnodeOutcome } {
  if (input.kind === "create") {
    if (node !== null) return { node, outcome: { kind: "nodeExists" } };
    return { node: { value: input.value, version: 0 }, outcome: { kind: "created" } };
  }
  if (node === null) return { node, outcome: { kind: "noNode" } };
  if (input.kind === "read") return { node, outcome: { kind: "read", ...node } };
  if (input.version !== null && input.version !== node.version) {
    return { node, outcome: { kind: "badVersion" } };
  }
  if (input.kind === "delete") return { node: null, outcome: { kind: "deleted" } };
  const version = node.version + 1;
  return { node: { value: input.value, version }, outcome: { kind: "set", version } };
}

function isSame(told: ZnodeOutcome, served: ZnodeOutcome): boolean {
  switch (told.kind) {
    case "set":
      return served.kind === "set" && served.version === told.version;
    case "read":
      return (
        served.kind === "read" && served.value === told.value && served.version === told.version
      );
    default:
      return served.kind === told.kind;
  }
}

function isChange({ kind }: ZnodeOutcome): boolean {
  return kind === "created" || kind === "set" || kind === "deleted";
}

function describe(input: ZnodeInput, output: ZnodeOutput | null): string {
  const value = "value" in input ? ` ${JSON.stringify(input.value)}` : "";
  const version =
    "version" in input && input.version !== null ? ` of version ${input.version}` : "";
  const asked = `${input.kind}${value}${version}`;
  if (output === null) return asked;
  const { outcome, zxid } = output;
  const told = outcome.kind === "read" ? JSON.stringify(outcome.value) : outcome.kind;
  const found = "version" in outcome ? `, version ${outcome.version}` : "";
  return `${asked} -> ${told}${found}, zxid ${zxid}`;
}
