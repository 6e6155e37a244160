import type { Alarm } from "../alarm/alarms.ts";
import { ProtoReader } from "./proto-reader.ts";
import { ProtoWriter } from "./proto-writer.ts";
import type { AlarmAction, AlarmKind, AlarmRequest } from "./requests.ts";

const ACTIONS: readonly AlarmAction[] = ["get", "activate", "deactivate"];
const KINDS: readonly (AlarmKind | null)[] = [null, "noSpace", "corrupt"];

/** @throws `ERR_MALFORMED` */
export function decodeAlarm(bytes: Uint8Array): AlarmRequest {
  const reader = new ProtoReader(bytes);
  let action: AlarmAction | null = "get";
  let member = "0";
  let alarm: AlarmKind | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) action = ACTIONS[reader.uint32()] ?? null;
    else if (tag === 0x10) member = BigInt.asUintN(64, reader.bigint64()).toString(16);
    else if (tag === 0x18) alarm = KINDS[reader.uint32()] ?? null;
    else reader.skip(tag, 3);
  }
  return { kind: "alarm", action, member, alarm };
}

export function encodeAlarm({ action, member, alarm }: Omit<AlarmRequest, "kind">): Uint8Array {
  return new ProtoWriter(24)
    .int64(1, action === null ? ACTIONS.length : ACTIONS.indexOf(action))
    .uint64(2, BigInt(`0x${member}`))
    .int64(3, KINDS.indexOf(alarm))
    .finish();
}

/** One AlarmMember in the field of a response. */
export function writeAlarmMember(writer: ProtoWriter, field: number, alarm: Alarm): void {
  writer.message(field, encodeAlarmMember(alarm));
}

export function encodeAlarmMember({ member, kind }: Alarm): Uint8Array {
  return new ProtoWriter(16)
    .uint64(1, BigInt(`0x${member}`))
    .int64(2, KINDS.indexOf(kind))
    .finish();
}

/** @returns null for a kind that this version does not know */
export function decodeAlarmMember(bytes: Uint8Array): Alarm | null {
  const reader = new ProtoReader(bytes);
  let member = "0";
  let kind: AlarmKind | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) member = BigInt.asUintN(64, reader.bigint64()).toString(16);
    else if (tag === 0x10) kind = KINDS[reader.uint32()] ?? null;
    else reader.skip(tag);
  }
  return kind === null ? null : { member, kind };
}
