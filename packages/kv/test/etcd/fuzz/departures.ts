import { hasPut, validateTxn } from "../../../src/etcd/apply/index.ts";
import {
  encodeAlarm,
  encodeCompaction,
  encodeHashKv,
  encodeLeaseGrant,
  encodePut,
  encodeRange,
  encodeTxn,
  encodeWatchCreate,
  type AlarmAction,
  type AlarmKind,
  type Compare,
  type RangeRequest,
  type TxnRequest,
} from "../../../src/etcd/codec/index.ts";
import { TTL_SECONDS_MAX } from "../../../src/etcd/lease/index.ts";
import { bytesOf, del, put, txn } from "../apply/commands.ts";
import { opsOf, partsOf, type AskedRequest } from "./asked-request.ts";
import type { World } from "./values.ts";

/** What both servers have come to. */
export interface Situation extends World {
  /** Kinds of the alarms that are raised. */
  readonly alarms: readonly AlarmKind[];
}

/** A request, and what our codec makes of it. */
export interface Asked {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Null: no departure is about what is in it. */
  readonly request: AskedRequest | null;
}

/** A request: its service and method, and its bytes. */
export type Step = readonly [string, Uint8Array];

/** Where we answer otherwise than etcd 3.4, on purpose or because etcd cannot be asked. */
export interface Departure {
  readonly name: string;
  readonly why: string;
  /** What is done with such a request: only the codes are compared, or it is not asked at all. */
  readonly treatment: "compare codes" | "do not ask";
  readonly applies: (asked: Asked, situation: Situation) => boolean;
  /** Requests of which one is answered otherwise, or by us alone, because etcd dies of it. */
  readonly example: readonly Step[];
}

/** The end of a number between 2 ** 62 and 2 ** 63. */
const ALMOST_ALL_BITS = Buffer.from("ffffffffffffff7f", "hex");

/** All of them: what is answered otherwise and is not here is a mistake. */
export const DEPARTURES: readonly Departure[] = [
  {
    name: "compaction to revision 0 of a new cluster",
    why: "there is nothing to compact; etcd accepts it once",
    treatment: "do not ask",
    applies: ({ request }, { compacted }) =>
      request?.kind === "compact" && request.revision === 0 && compacted === 0,
    example: [["KV/Compact", encodeCompaction({})]],
  },
  {
    name: "a sort option that does not exist",
    why: "we refuse it, as etcd does from 3.6 on; 3.4 passes over an order and dies of a target",
    treatment: "do not ask",
    applies: ({ request }) =>
      ranges(request).some(
        ({ sortOrder, sortTarget }) => sortOrder === null || sortTarget === null,
      ),
    example: [["KV/Range", Uint8Array.of(0x0a, 1, 0x6b, 0x28, 7)]],
  },
  {
    name: "an alarm while there is another",
    why: "etcd forgets what the one forbids when the other is disarmed",
    treatment: "do not ask",
    applies: ({ request }, { alarms }) =>
      request?.kind === "alarm" && request.action === "activate" && alarms.length > 0,
    example: [
      alarm("activate", "noSpace"),
      alarm("activate", "corrupt"),
      alarm("deactivate", "corrupt"),
      putOf("k"),
      alarm("deactivate", "noSpace"),
    ],
  },
  {
    name: "a put in a transaction within a transaction, while there is no space",
    why: "etcd looks for puts in the outermost transaction only",
    treatment: "do not ask",
    applies: ({ request }, { alarms }) =>
      alarms.includes("noSpace") &&
      request?.kind === "txn" &&
      hasPut(request) &&
      !opsOf(request).some((op) => op?.kind === "put"),
    example: [
      alarm("activate", "noSpace"),
      ["KV/Txn", encodeTxn(txn([txn([put("k", "")])]))],
      alarm("deactivate", "noSpace"),
    ],
  },
  {
    name: "reading while members are corrupt",
    why: "etcd refuses all but that; what is read then is worth nothing",
    treatment: "do not ask",
    applies: ({ request }, { alarms }) =>
      alarms.includes("corrupt") && (request?.kind === "range" || request?.kind === "txn"),
    example: [
      alarm("activate", "corrupt"),
      ["KV/Range", encodeRange({ key: bytesOf("k") })],
      alarm("deactivate", "corrupt"),
    ],
  },
  {
    name: "a lease that is too long, while an alarm forbids any",
    why: "we see first that it is too long",
    treatment: "do not ask",
    applies: ({ request }, { alarms }) =>
      request?.kind === "leaseGrant" && request.ttlSeconds > TTL_SECONDS_MAX && alarms.length > 0,
    example: [
      alarm("activate", "corrupt"),
      ["Lease/LeaseGrant", encodeLeaseGrant({ id: 1n, ttlSeconds: TTL_SECONDS_MAX + 1 })],
      alarm("deactivate", "corrupt"),
    ],
  },
  {
    name: "a lease whose id is left to the server",
    why: "each chooses another one",
    treatment: "compare codes",
    applies: ({ request }) => request?.kind === "leaseGrant" && request.id === 0n,
    example: [["Lease/LeaseGrant", encodeLeaseGrant({ id: 0n, ttlSeconds: 1000 })]],
  },
  {
    name: "the field of a member list",
    why: "3.4 has none yet, and so cannot find it malformed",
    treatment: "do not ask",
    applies: ({ path, request }) =>
      path === "/etcdserverpb.Cluster/MemberList" && request?.kind === "unreadable",
    example: [["Cluster/MemberList", Uint8Array.of(0x0a, 0)]],
  },
  {
    name: "a limit with something to sort by, and no order",
    why: "etcd takes the first keys and sorts these; we sort, and take the first of all",
    treatment: "compare codes",
    applies: ({ request }) =>
      ranges(request).some(
        ({ limit, sortTarget, sortOrder }) =>
          limit > 0 && sortTarget !== "key" && sortOrder === "none",
      ),
    example: [
      putOf("s3"),
      putOf("s2"),
      putOf("s1"),
      [
        "KV/Range",
        encodeRange({ key: bytesOf("s"), rangeEnd: bytesOf("t"), limit: 1, sortTarget: "mod" }),
      ],
    ],
  },
  {
    name: "an empty range end that is sent nevertheless",
    why: "it is none; etcd takes it for the end of everything where it reads without its log",
    treatment: "compare codes",
    applies: ({ request }) =>
      [...ranges(request), ...compares(request)].some(({ rangeEnd }) => isSentEmpty(rangeEnd)),
    example: [putOf("k"), putOf("l"), ["KV/Range", Uint8Array.of(0x0a, 1, 0x6b, 0x12, 0)]],
  },
  {
    name: "a put, and a deletion of everything from a key on that takes in its key",
    why: "we refuse it as a duplicate; etcd does not see that they meet",
    treatment: "do not ask",
    applies: ({ request }) =>
      request?.kind === "txn" &&
      validateTxn(request) === "duplicateKey" &&
      [...partsOf(request)].some((part) => part.kind === "deleteRange" && isZero(part.rangeEnd)),
    example: [["KV/Txn", encodeTxn(txn([put("k", ""), del("a", "\0")]))]],
  },
  {
    name: "a put and a deletion that meet, in two transactions beside each other in one",
    why: "we refuse them in either order as duplicates; etcd misses those where the put comes first",
    treatment: "do not ask",
    applies: ({ request }) =>
      request?.kind === "txn" && validateTxn(request) === "duplicateKey" && hasSiblings(request),
    example: [["KV/Txn", encodeTxn(txn([txn([put("k", "")]), txn([del("k")])]))]],
  },
  {
    name: "a watcher from a revision below 0",
    why: "we refuse it at once, as later versions do; 3.4 creates it first",
    treatment: "compare codes",
    applies: ({ request }) => request?.kind === "create" && request.startRevision < 0,
    example: [["Watch/Watch", encodeWatchCreate({ key: bytesOf("k"), startRevision: -1 })]],
  },
  {
    name: "packed filters that end within a number",
    why: "they are malformed; etcd reads on in what lies behind them",
    treatment: "do not ask",
    applies: ({ path, request }) =>
      path === "/etcdserverpb.Watch/Watch" &&
      request?.kind === "unreadable" &&
      request.why.endsWith("an integer is cut off"),
    example: [["Watch/Watch", Uint8Array.of(0x0a, 4, 0x2a, 1, 0x81, 0)]],
  },
  {
    name: "the hash at the revision that was compacted",
    why: "it is still there to be hashed; etcd answers it from 3.5 on",
    treatment: "do not ask",
    applies: ({ request }, { compacted }) =>
      request?.kind === "hashKv" && compacted > 0 && request.revision === compacted,
    example: [
      putOf("k"),
      ["KV/Compact", encodeCompaction({ revision: 2 })],
      ["Maintenance/HashKV", encodeHashKv(2)],
    ],
  },
  {
    name: "an alarm of no kind, or an action that does not exist",
    why: "etcd dies of it",
    treatment: "do not ask",
    applies: ({ request }) =>
      request?.kind === "alarm" &&
      (request.action === null || (request.action !== "get" && request.alarm === null)),
    example: [["Maintenance/Alarm", Uint8Array.of(0x08, 1)]],
  },
  {
    name: "a length of nearly 2 ** 63",
    why: "etcd dies of it: where the field ends is then below 0",
    treatment: "do not ask",
    applies: ({ bytes, request }) =>
      request?.kind === "unreadable" && Buffer.from(bytes).includes(ALMOST_ALL_BITS),
    example: [["KV/Put", Uint8Array.of(0x12, 0xfe, ...ALMOST_ALL_BITS)]],
  },
];

function putOf(key: string): Step {
  return ["KV/Put", encodePut({ key: bytesOf(key) })];
}

function alarm(action: AlarmAction, kind: AlarmKind): Step {
  return ["Maintenance/Alarm", encodeAlarm({ action, member: "0", alarm: kind })];
}

function ranges(request: AskedRequest | null): readonly RangeRequest[] {
  return request === null ? [] : [...partsOf(request)].filter((part) => part.kind === "range");
}

function compares(request: AskedRequest | null): readonly Compare[] {
  if (request === null) return [];
  return [...partsOf(request)].flatMap((part) => (part.kind === "txn" ? part.compare : []));
}

/** Whether some branch has two transactions in it. */
function hasSiblings(request: TxnRequest): boolean {
  return [...partsOf(request)].some(
    (part) =>
      part.kind === "txn" &&
      [part.success, part.failure].some((ops) => ops.filter((op) => op?.kind === "txn").length > 1),
  );
}

/** Views into the message have its memory behind them; what was left out has none. */
function isSentEmpty(bytes: Uint8Array): boolean {
  return bytes.length === 0 && bytes.buffer.byteLength > 0;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.length === 1 && bytes[0] === 0;
}
