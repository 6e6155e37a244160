import type { Entry } from "@quorate/core";
import {
  encodeCommand,
  EtcdStateMachine,
  type Command,
  type EtcdResult,
} from "../../../src/etcd/apply/index.ts";
import {
  encodeAlarm,
  encodeCompaction,
  encodeDeleteRange,
  encodeLeaseExpiry,
  encodeLeaseGrant,
  encodeLeaseRenewal,
  encodeLeaseRevoke,
  encodeLeaseTick,
  encodePut,
  encodeTxn,
  type Compare,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
} from "../../../src/etcd/codec/index.ts";

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const NOTHING = new Uint8Array(0);

export function range(key: string, rest: Partial<RangeRequest> = {}): RangeRequest {
  return {
    kind: "range",
    key: bytesOf(key),
    rangeEnd: NOTHING,
    limit: 0,
    revision: 0,
    sortOrder: "none",
    sortTarget: "key",
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
    ...rest,
  };
}

export function put(key: string, value: string, rest: Partial<PutRequest> = {}): PutRequest {
  return {
    kind: "put",
    key: bytesOf(key),
    value: bytesOf(value),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
    ...rest,
  };
}

export function del(key: string, end = "", prevKv = false): RequestOp & { kind: "deleteRange" } {
  return { kind: "deleteRange", key: bytesOf(key), rangeEnd: bytesOf(end), prevKv };
}

export function compare(
  key: string,
  target: Compare["target"],
  result: Compare["result"] = "equal",
  end = "",
): Compare {
  return { key: bytesOf(key), rangeEnd: bytesOf(end), target, result };
}

export function txn(
  success: readonly (RequestOp | null)[],
  failure: readonly (RequestOp | null)[] = [],
  compares: readonly Compare[] = [],
): TxnRequest {
  return { kind: "txn", compare: compares, success, failure };
}

export function compact(revision: number): Command {
  return { kind: "compact", revision, physical: false };
}

export function commandBytes(command: Command): Uint8Array {
  switch (command.kind) {
    case "put":
      return encodeCommand("put", encodePut(command));
    case "deleteRange":
      return encodeCommand("deleteRange", encodeDeleteRange(command));
    case "txn":
      return encodeCommand("txn", encodeTxn(command));
    case "compact":
      return encodeCommand("compact", encodeCompaction(command));
    case "leaseGrant":
      return encodeCommand("leaseGrant", encodeLeaseGrant(command));
    case "leaseRevoke":
      return encodeCommand("leaseRevoke", encodeLeaseRevoke(command.id));
    case "leaseRenew":
      return encodeCommand("leaseRenew", encodeLeaseRenewal(command.ids));
    case "leaseTick":
      return encodeCommand("leaseTick", encodeLeaseTick(command));
    case "leaseExpire":
      return encodeCommand("leaseExpire", encodeLeaseExpiry(command));
    case "alarm":
      return encodeCommand("alarm", encodeAlarm(command));
    case "memberAttributes":
      throw new Error("announcements are encoded where they are tested");
  }
}

export function entryOf(data: Uint8Array, index = 1): Entry {
  return { index, term: 1, time: 0, kind: "command", data };
}

export function applyBytes(machine: EtcdStateMachine, data: Uint8Array): EtcdResult {
  const results: EtcdResult[] = [];
  machine.apply([entryOf(data)], (_, result) => results.push(result));
  const [result] = results;
  if (result === undefined || results.length > 1) throw new Error("one result for one entry");
  return result;
}

export function apply(machine: EtcdStateMachine, command: Command): EtcdResult {
  return applyBytes(machine, commandBytes(command));
}

/** A machine with these keys put one after the other, the first at revision 2. */
export function machineWith(...pairs: readonly (readonly [string, string])[]): EtcdStateMachine {
  const machine = new EtcdStateMachine();
  for (const [key, value] of pairs) apply(machine, put(key, value));
  return machine;
}
