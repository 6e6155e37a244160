import type { Trace } from "../../effect.ts";
import type { GroupView } from "../../protocol.ts";
import type { SimCluster } from "../sim/sim-cluster.ts";
import type { SimMember } from "../sim/sim-member.ts";
import { ScriptError } from "./script-error.ts";

type Fact = Trace["facts"][string];

/** Whether the fact about the member is so; nothing is so while it is down, but what its disk holds. */
export function isFact<Message>(
  { witness }: SimMember<Message>,
  name: string,
  relation: "=" | ">=",
  value: string,
): boolean {
  const { view, durableLog } = witness;
  const fact = name === "disk" ? durableLog.last.index : view === null ? null : factOf(view, name);
  if (relation === "=") return String(fact) === value;
  return typeof fact === "number" && fact >= Number(value);
}

/** Whether everybody who is up follows one leader and has applied all that it has. */
export function isSettled<Message>(cluster: SimCluster<Message>): boolean {
  const leader = cluster.leader();
  if (leader === null) return false;
  const end = cluster.view(leader)?.last;
  return cluster.ids.every((id) => {
    const view = cluster.view(id);
    return !cluster.isUp(id) || (view?.leader === leader && view.applied === end);
  });
}

/** @throws {@link ScriptError} when there is no such fact */
function factOf(
  { role, leader, term, last, commit, applied, details }: GroupView,
  name: string,
): Fact {
  const facts: Record<string, Fact> = { role, leader, term, last, commit, applied, ...details };
  const fact = facts[name];
  if (fact !== undefined) return fact;
  throw new ScriptError(`there is no fact ${name}; known: disk ${Object.keys(facts).join(" ")}`);
}
