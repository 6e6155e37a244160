import { utf8Encode } from "@quorate/core";
import type { Alarms } from "../alarm/alarms.ts";
import type { BoltBucket, BoltItem } from "../bolt/index.ts";
import { compareBytes } from "../codec/compare-bytes.ts";
import { encodeAlarmMember } from "../codec/alarm-requests.ts";
import type { Lease, LeaseClock, LeaseTable } from "../lease/index.ts";
import { StoredChange, type PinnedChanges } from "../store/index.ts";
import { encodeStoredLease, type StoredLease } from "./stored-messages.ts";

/** A state that is written as a database of etcd's. */
export interface DatabaseContents {
  /** The changes as they are now, pinned twice: they are gone through twice. */
  readonly changes: readonly [PinnedChanges, PinnedChanges];
  readonly leases: LeaseTable;
  readonly alarms: Alarms;
  /** What the log had come to. */
  readonly applied: number;
  readonly clusterVersion: string;
  readonly members: readonly DatabaseMember[];
}

/** A member as etcd keeps it. */
export interface DatabaseMember {
  /** In lower-case hex. */
  readonly id: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

/** The buckets that etcd 3.5 looks for, with what they hold. */
export function databaseBuckets(contents: DatabaseContents): readonly BoltBucket[] {
  const { changes, leases, alarms, members, applied, clusterVersion } = contents;
  const passes = [...changes];
  const meta = [item("consistent_index", u64(applied))];
  const { compacted } = changes[0];
  if (compacted > 0) {
    meta.push(item("finishedCompactRev", revisionBytes(compacted)));
    meta.push(item("scheduledCompactRev", revisionBytes(compacted)));
  }
  return [
    bucket("key", () => changeItems(passes.shift())),
    bucket("lease", leaseItems(leases)),
    bucket(
      "alarm",
      sorted([...alarms].map((alarm) => ({ key: encodeAlarmMember(alarm), value: NONE }))),
    ),
    bucket("meta", meta),
    bucket("members", sorted(members.map((member) => item(member.id, memberJson(member))))),
    bucket("members_removed", []),
    bucket("cluster", [item("clusterVersion", utf8Encode(clusterVersion))]),
    bucket("auth", [item("authRevision", u64(1))]),
    bucket("authRoles", []),
    bucket("authUsers", []),
  ];
}

const NONE = new Uint8Array(0);

function bucket(name: string, items: readonly BoltItem[] | (() => Iterable<BoltItem>)): BoltBucket {
  return { name: utf8Encode(name), items: typeof items === "function" ? items : () => items };
}

function item(key: string, value: Uint8Array): BoltItem {
  return { key: utf8Encode(key), value };
}

/** What is forgotten is left out, whether or not its memory was given back. */
function* changeItems(changes: PinnedChanges | undefined): Generator<BoltItem, undefined> {
  const stored = new StoredChange();
  for (let change = changes?.next() ?? null; change !== null; change = changes?.next() ?? null) {
    if (!change.outlives(changes?.compacted ?? 0)) continue;
    const { key, value } = stored.encode(change);
    yield { key: key.slice(), value: value.slice() };
  }
  return undefined;
}

/** As they are now, by id; encoded only as they are written, since there may be many. */
function leaseItems(leases: LeaseTable): () => Iterable<BoltItem> {
  const stored = Array.from(leases, (lease) => storedLease(lease, leases.clock));
  stored.sort((a, b) => (a.id < b.id ? -1 : 1));
  return function* () {
    for (const lease of stored) yield { key: u64(lease.id), value: encodeStoredLease(lease) };
  };
}

/** With the seconds that it has left by the lease clock: in another cluster it begins with these. */
function storedLease({ id, ttlSeconds, ends }: Lease, { millis }: LeaseClock): StoredLease {
  // An overdue lease has no whole time again.
  const left = ends.kind === "at" ? Math.max(1, Math.ceil((ends.millis - millis) / 1000)) : 0;
  return { id: BigInt.asUintN(64, id), ttlSeconds, remainingSeconds: left };
}

function memberJson({ id, name, peerUrls, clientUrls }: DatabaseMember): Uint8Array {
  // The id is a number of 64 bits, which JSON.stringify cannot write.
  const rest = JSON.stringify({ peerURLs: peerUrls, name, clientURLs: clientUrls });
  return utf8Encode(`{"id":${BigInt(`0x${id}`)},${rest.slice(1)}`);
}

function u64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** The revision's number, `_`, and its first place. */
function revisionBytes(revision: number): Uint8Array {
  const bytes = new Uint8Array(17);
  bytes.set(u64(revision));
  bytes[8] = 0x5f;
  return bytes;
}

function sorted(items: readonly BoltItem[]): readonly BoltItem[] {
  return [...items].sort((a, b) => compareBytes(a.key, b.key));
}
