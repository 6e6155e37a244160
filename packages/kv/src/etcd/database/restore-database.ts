import { QuorateError, utf8Decode } from "@quorate/core";
import { Alarms, type Alarm } from "../alarm/alarms.ts";
import { damagedFile, type BoltItem, type BoltReader } from "../bolt/index.ts";
import { decodeAlarmMember } from "../codec/alarm-requests.ts";
import { decodeKeyValue } from "../codec/decode-responses.ts";
import { LeaseTable, TTL_SECONDS_MAX, type Lease } from "../lease/index.ts";
import { keyText, MvccStore, type Change, type RestoredState } from "../store/index.ts";
import { decodeStoredLease } from "./stored-messages.ts";
import { compactionOf, isRevision, revisionOf } from "./stored-revisions.ts";

/**
 * The state that a database of etcd's holds, ours or a real one's. Users and roles are not taken over:
 * where they are asked for who they are, it is refused.
 *
 * @throws `ERR_MALFORMED`, `ERR_UNSUPPORTED`
 */
export function restoreDatabase(database: BoltReader): RestoredState {
  const changes: Change[] = [];
  const leases: Lease[] = [];
  const alarms: Alarm[] = [];
  let compacted = 0;
  for (const { name, items } of database.buckets()) {
    const bucket = utf8Decode(name);
    for (const item of items) {
      if (bucket === "key") changes.push(changeOf(item));
      else if (bucket === "lease") leases.push(leaseOf(item));
      else if (bucket === "alarm") alarms.push(alarmOf(item));
      else if (bucket === "meta")
        compacted = Math.max(compacted, compactionOf(item.key, item.value));
      else if (bucket === "auth") refuseAuth(item);
    }
  }
  return {
    store: storeOf(changes, compacted),
    leases: new LeaseTable({ clock: { millis: 0, term: 0, counted: 0 }, leases }),
    alarms: new Alarms(alarms),
    members: [],
  };
}

/** Keys that only some may read must not be served to everybody. */
function refuseAuth({ key, value }: BoltItem): void {
  if (utf8Decode(key) !== "authEnabled" || value[0] !== 1) return;
  throw new QuorateError(
    "ERR_UNSUPPORTED",
    "authentication is enabled in it, and Quorate has none yet: disable it in the cluster that the file " +
      "is of, with `etcdctl auth disable`, and save it again",
  );
}

function storeOf(changes: readonly Change[], compacted: number): MvccStore {
  const store = new MvccStore(Math.max(changes.at(-1)?.mod ?? 1, compacted, 1));
  let last = { mod: 0, sub: -1 };
  for (const change of changes) {
    const { mod, sub } = change;
    if (mod < last.mod || (mod === last.mod && sub <= last.sub)) {
      throw damagedFile("its revisions are out of order");
    }
    last = { mod, sub };
    store.load(change);
  }
  // A compaction that was not done with when the file was written is done now.
  if (compacted > 0) store.compact(compacted);
  while (store.sweep());
  return store;
}

function changeOf(item: BoltItem): Change {
  const { mod, sub, isDeletion } = revisionOf(item.key);
  const kv = decodeKeyValue(item.value);
  if (kv.key.length === 0) throw damagedFile(`revision ${mod} changes no key`);
  const key = keyText(kv.key);
  if (isDeletion) return { key, mod, sub, create: 0, count: 0, value: NOTHING, lease: 0n };
  const { createRevision: create, version: count, value, lease } = kv;
  if (!isRevision(create) || create > mod || !isRevision(count)) {
    throw damagedFile(`revision ${mod} makes no version that can be`);
  }
  return { key, mod, sub, create, count, value, lease };
}

const NOTHING = new Uint8Array(0);

function leaseOf({ key, value }: BoltItem): Lease {
  const { id, ttlSeconds, remainingSeconds } = decodeStoredLease(value);
  const isTime = ttlSeconds >= 1 && ttlSeconds <= TTL_SECONDS_MAX && remainingSeconds <= ttlSeconds;
  // Two that say the same id would be one, of which the other is forgotten and still due.
  if (!isTime || key.length !== 8 || viewOf(key).getBigInt64(0) !== id) {
    throw damagedFile(`lease ${id} is none that can be`);
  }
  return {
    id,
    ttlSeconds,
    ends:
      remainingSeconds > 0 ? { kind: "at", millis: remainingSeconds * 1000 } : { kind: "young" },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function alarmOf({ key }: BoltItem): Alarm {
  const alarm = decodeAlarmMember(key);
  if (alarm === null) throw damagedFile("an alarm is of no kind that is known");
  return alarm;
}
