import type { ZnodeInput, ZnodeOutput } from "../../../src/testing/linearizability/index.ts";
import { isEqual, type PlainObject, type Served } from "./plain-object.ts";

export interface PlainZnodes {
  readonly nodes: Readonly<Record<string, { readonly value: string; readonly version: number }>>;
  /** Of the whole tree. */
  readonly zxid: number;
}

/** How far others may bring the zxid meanwhile: no test makes more changes. */
const STEP_MAX = 8;

export const plainZnodes: PlainObject<ZnodeInput, ZnodeOutput, PlainZnodes> = {
  initial: { nodes: {}, zxid: 0 },
  serve: (state, input) => {
    const { nodes, zxid } = state;
    const { [input.path]: node, ...others } = nodes;
    /** What is told, of any state that others may have made of this one. */
    const told = (outcome: ZnodeOutput["outcome"]): readonly Served<ZnodeOutput, PlainZnodes>[] =>
      Array.from({ length: STEP_MAX }, (_, i) => {
        return { state: { nodes, zxid: zxid + i }, output: { zxid: zxid + i, outcome } };
      });
    const done = (
      after: PlainZnodes["nodes"],
      outcome: ZnodeOutput["outcome"],
    ): readonly Served<ZnodeOutput, PlainZnodes>[] =>
      Array.from({ length: STEP_MAX }, (_, i) => {
        const next = zxid + 1 + i;
        return { state: { nodes: after, zxid: next }, output: { zxid: next, outcome } };
      });
    if (input.kind === "create") {
      if (node !== undefined) return told({ kind: "nodeExists" });
      const created = { value: input.value, version: 0 };
      return done({ ...others, [input.path]: created }, { kind: "created" });
    }
    if (node === undefined) return told({ kind: "noNode" });
    if (input.kind === "read") return told({ kind: "read", ...node });
    if (input.version !== null && input.version !== node.version) {
      return told({ kind: "badVersion" });
    }
    if (input.kind === "delete") return done(others, { kind: "deleted" });
    const version = node.version + 1;
    const set = { value: input.value, version };
    return done({ ...others, [input.path]: set }, { kind: "set", version });
  },
  isAnswer: isEqual,
};
