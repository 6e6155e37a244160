import type { NodeId } from "../../ids.ts";
import type { ArgumentReader } from "./argument-reader.ts";

/** What a script runs until. */
export type Condition =
  /** Somebody, or a certain member, leads and can serve. */
  | { readonly kind: "leader"; readonly member: NodeId | null }
  /** Every request has its answer. */
  | { readonly kind: "answered" }
  /** Besides, every member that is up follows one leader and has applied all that it has. */
  | { readonly kind: "settled" }
  /** The member has sent such a message since the command began. */
  | {
      readonly kind: "sends";
      readonly member: NodeId;
      readonly message: string;
      readonly to: NodeId | null;
    }
  /** A fact that `show` prints, or a protocol's own, such as `zabState`. */
  | {
      readonly kind: "fact";
      readonly member: NodeId;
      readonly fact: string;
      readonly relation: "=" | ">=";
      readonly value: string;
    };

/** Reads `leader n1`, `answered`, `settled`, `n1 sends COMMIT n2` or `n1 commit>=3`. */
export function parseCondition(reader: ArgumentReader): Condition {
  const word = reader.word("a condition");
  switch (word) {
    case "leader":
      return { kind: "leader", member: reader.isEmpty ? null : reader.member() };
    case "answered":
    case "settled":
      return { kind: word };
  }
  if (reader.takeIf("sends")) {
    const message = reader.word("a kind of message");
    return { kind: "sends", member: word, message, to: reader.isEmpty ? null : reader.member() };
  }
  const text = reader.word("a condition");
  const [, fact, relation, value] = /^(\w+)(>?=)(.+)$/.exec(text) ?? [];
  if (fact === undefined || value === undefined) {
    throw reader.problem(`"${word} ${text}" is no condition; write ${word} fact=value`);
  }
  return { kind: "fact", member: word, fact, relation: relation === "=" ? "=" : ">=", value };
}
