import type { GroupView, NodeId, ReplicatedLog } from "@quorate/core";
import type { MemberLog } from "./member-log.ts";

/**
 * Logs every change of leader, as this member sees it: `event` is what a supervisor looks for.
 *
 * @returns how to stop
 */
export function tellLeader(
  group: Pick<ReplicatedLog<never>, "onView">,
  nameOf: (id: NodeId) => string,
  log: MemberLog,
): () => void {
  let told: string | null = null;
  return group.onView(({ leader, term, role }: GroupView) => {
    const name = leader === null ? null : nameOf(leader);
    if (name === told) return;
    told = name;
    if (name === null) log.info({ event: "no-leader", term, role }, "there is no leader");
    else log.info({ event: "leader", leader: name, term, role }, `${name} leads`);
  });
}
