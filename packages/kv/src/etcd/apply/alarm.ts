import type { Alarm } from "../alarm/alarms.ts";
import type { AlarmRequest, RequestOp, TxnRequest } from "../codec/requests.ts";
import type { Command } from "./command.ts";
import type { EtcdState } from "./etcd-state.ts";
import type { RequestRefusal } from "./failure.ts";

/** The alarms that the request is about. */
export interface AlarmResult {
  readonly kind: "alarm";
  readonly alarms: readonly Alarm[];
}

/** Raising an alarm again, and disarming one that is not raised, changes nothing and is no mistake. */
export function changeAlarms({ alarms }: EtcdState, request: AlarmRequest): AlarmResult {
  const { action, member, alarm: kind } = request;
  if (action === "get" || action === null)
    return { kind: "alarm", alarms: listAlarms(alarms, request) };
  if (kind === null) return { kind: "alarm", alarms: [] };
  const alarm = { member, kind };
  if (action === "activate") {
    alarms.raise(alarm);
    return { kind: "alarm", alarms: [alarm] };
  }
  return { kind: "alarm", alarms: alarms.disarm(alarm) ? [alarm] : [] };
}

/** The alarms that are raised, of one kind or of all. */
export function listAlarms(
  alarms: Iterable<Alarm>,
  { alarm: kind }: Pick<AlarmRequest, "alarm">,
): readonly Alarm[] {
  return [...alarms].filter((alarm) => kind === null || alarm.kind === kind);
}

/** What a command is refused for while an alarm is raised. */
export function alarmed({ alarms }: EtcdState, command: Command): RequestRefusal | null {
  if (alarms.size === 0) return null;
  if (alarms.has("corrupt") && !isHarmless(command)) return "corrupt";
  return alarms.has("noSpace") && takesSpace(command) ? "noSpace" : null;
}

/** What ends an alarm, and what touches no data. */
function isHarmless({ kind }: Command): boolean {
  return (
    kind === "alarm" || kind === "memberAttributes" || kind === "leaseTick" || kind === "leaseRenew"
  );
}

/** Whether a command may need more space: what deletes, compacts or reads does not. */
function takesSpace(command: Command): boolean {
  if (command.kind === "put" || command.kind === "leaseGrant") return true;
  return command.kind === "txn" && hasPut(command);
}

/** Whether the transaction puts a key, in any branch. */
export function hasPut({ success, failure }: TxnRequest): boolean {
  const puts = (op: RequestOp | null): boolean =>
    op?.kind === "put" || (op?.kind === "txn" && hasPut(op));
  return success.some(puts) || failure.some(puts);
}
