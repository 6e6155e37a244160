import type { NodeId } from "../../ids.ts";
import type { NamedLimits } from "../sim/sim-protocol.ts";
import { ArgumentReader } from "./argument-reader.ts";
import { parseClusterPlan, type ClusterPlan } from "./cluster-plan.ts";
import { parseCondition, type Condition } from "./condition.ts";
import { TOPICS, type Detail, type Topic } from "./detail.ts";

/** What is done to one member after the other. */
const MEMBER_ACTIONS = [
  "start",
  "crash",
  "restart",
  "pause",
  "resume",
  "stall-disk",
  "resume-disk",
  "fill-disk",
  "empty-disk",
  "checkpoint",
] as const;

export type MemberAction = (typeof MEMBER_ACTIONS)[number];

/** One line of a script. */
export type Command =
  /** Bounds of the protocol for the cluster that comes. */
  | { readonly kind: "limits"; readonly limits: NamedLimits }
  | { readonly kind: "cluster"; readonly plan: ClusterPlan }
  | {
      readonly kind: "member";
      readonly action: MemberAction;
      readonly members: readonly NodeId[];
    }
  | {
      readonly kind: "partition";
      readonly groups: readonly (readonly NodeId[])[];
      readonly links: "break" | "silent";
    }
  | { readonly kind: "heal" }
  | { readonly kind: "break"; readonly between: readonly [NodeId, NodeId] }
  /** Writes the values one after the other, without waiting for answers. */
  | {
      readonly kind: "propose";
      readonly member: NodeId;
      readonly register: string;
      readonly values: { readonly first: number; readonly last: number };
    }
  | { readonly kind: "read"; readonly member: NodeId; readonly register: string }
  /** Asks the member to hand leadership to the target. */
  | { readonly kind: "transfer"; readonly member: NodeId; readonly target: NodeId }
  | { readonly kind: "run"; readonly end: RunEnd; readonly detail: Detail }
  | { readonly kind: "show"; readonly members: readonly NodeId[] };

/** When a `run` is over. */
export type RunEnd =
  | { readonly kind: "after"; readonly millis: number }
  | { readonly kind: "until"; readonly condition: Condition };

type Parser = (reader: ArgumentReader) => Command;

const PARSERS: Readonly<Record<string, Parser>> = {
  limits: parseLimits,
  cluster: (reader) => ({ kind: "cluster", plan: parseClusterPlan(reader) }),
  partition: parsePartition,
  heal: () => ({ kind: "heal" }),
  break: (reader) => ({ kind: "break", between: [reader.member(), reader.member()] }),
  propose: parsePropose,
  read: (reader) => ({ kind: "read", member: reader.member(), register: parseRegister(reader) }),
  transfer: (reader) => ({ kind: "transfer", member: reader.member(), target: reader.member() }),
  run: parseRun,
  show: (reader) => ({ kind: "show", members: reader.isEmpty ? [] : reader.members() }),
  ...Object.fromEntries(
    MEMBER_ACTIONS.map((action): [string, Parser] => [
      action,
      (reader) => ({ kind: "member", action, members: reader.members() }),
    ]),
  ),
};

/**
 * Reads one line.
 *
 * @throws {@link ScriptError}
 */
export function parseCommand(text: string): Command {
  const [name = "", ...words] = text.split(/\s+/);
  const reader = new ArgumentReader(name, words);
  const parse = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  if (parse === undefined) {
    throw reader.problem(`there is no such command; known: ${Object.keys(PARSERS).join(" ")}`);
  }
  const command = parse(reader);
  reader.end();
  return command;
}

function parseLimits(reader: ArgumentReader): Command {
  const limits: Record<string, number> = {};
  do {
    const [name, value] = reader.pair();
    limits[name] = reader.number(value, name);
  } while (!reader.isEmpty);
  return { kind: "limits", limits };
}

/** `n1 | n2 n3`, and `silently` when the links do not break. */
function parsePartition(reader: ArgumentReader): Command {
  const groups: NodeId[][] = [[reader.member()]];
  let links: "break" | "silent" = "break";
  while (!reader.isEmpty && links === "break") {
    if (reader.takeIf("silently")) links = "silent";
    else if (reader.takeIf("|")) groups.push([reader.member()]);
    else groups.at(-1)?.push(reader.member());
  }
  return { kind: "partition", groups, links };
}

/** `n1 x=5`, or `n1 x=5..9`. */
function parsePropose(reader: ArgumentReader): Command {
  const member = reader.member();
  const [register, value] = reader.pair();
  const [, from, through] = /^(\d+)(?:\.\.(\d+))?$/.exec(value) ?? [];
  if (from === undefined) throw reader.problem(`"${value}" is no value; write 5 or 5..9`);
  const first = Number(from);
  return {
    kind: "propose",
    member,
    register,
    values: { first, last: through === undefined ? first : Number(through) },
  };
}

function parseRegister(reader: ArgumentReader): string {
  const register = reader.word("a register");
  if (!/^\w+$/.test(register)) throw reader.problem(`"${register}" is no name of a register`);
  return register;
}

/** `500ms` or `until <condition>`, then `quiet` or `showing <topics>`. */
function parseRun(reader: ArgumentReader): Command {
  const detail = parseDetail(reader.takeFrom(["quiet", "showing"]));
  const end: RunEnd = reader.takeIf("until")
    ? { kind: "until", condition: parseCondition(reader) }
    : { kind: "after", millis: reader.millis() };
  return { kind: "run", end, detail };
}

function parseDetail(reader: ArgumentReader): Detail {
  const topics = new Set<Topic>();
  const isQuiet = reader.takeIf("quiet");
  if (reader.takeIf("showing")) {
    do topics.add(reader.oneOf(TOPICS, "topic"));
    while (!reader.isEmpty);
  }
  reader.end();
  return isQuiet ? "quiet" : topics;
}
