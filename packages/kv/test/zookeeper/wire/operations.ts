import { errorName } from "./errors.ts";
import type { In, Out } from "./jute.ts";

/** What a client asks, and how it reads what it is answered. */
export interface Operation {
  readonly opcode: number;
  write(out: Out): void;
  read(body: In): object;
}

/** `perms scheme:id`. */
export type Entry = readonly [perms: number, scheme: string | null, id: string | null];

export const ANYBODY: readonly Entry[] = [[31, "world", "anyone"]];

/** What `create` says beside the path. */
export interface Making {
  /** Null, and not empty: no data at all. */
  readonly data?: string | null;
  readonly acl?: readonly Entry[] | null;
  readonly flags?: number;
}

const nothing = (): object => ({});

const dataOf = (data: string | null): Buffer | null => (data === null ? null : Buffer.from(data));

const acl = (out: Out, entries: readonly Entry[] | null): Out =>
  out.vector(entries, ([perms, scheme, id]) => out.int(perms).text(scheme).text(id));

const aclOf = (body: In): readonly Entry[] =>
  body.vector(() => [body.int(), body.text(), body.text()] as const);

/** A node's 68 bytes. */
export interface WireStat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly pzxid: bigint;
}

function statOf(body: In): WireStat {
  const [czxid, mzxid, ctime, mtime] = [body.long(), body.long(), body.long(), body.long()];
  const [version, cversion, aversion] = [body.int(), body.int(), body.int()];
  const ephemeralOwner = body.long();
  const [dataLength, numChildren, pzxid] = [body.int(), body.int(), body.long()];
  const times = { czxid, mzxid, ctime, mtime, pzxid };
  return { ...times, version, cversion, aversion, ephemeralOwner, dataLength, numChildren };
}

const path = (body: In): object => ({ path: body.text() });
const pathAndStat = (body: In): object => ({ path: body.text(), stat: statOf(body) });
const stat = (body: In): object => ({ stat: statOf(body) });
const dataAndStat = (body: In): object => ({
  data: body.buffer()?.toString() ?? null,
  stat: statOf(body),
});
const children = (body: In): object => ({ children: body.vector(() => body.text()).toSorted() });
const paths = (body: In): object => ({ paths: body.vector(() => body.text()).toSorted() });

function making(opcode: number, at: string | null, options: Making, ttl?: bigint): Operation {
  const { data = "x", acl: entries = ANYBODY, flags = 0 } = options;
  return {
    opcode,
    write: (out) => {
      acl(out.text(at).buffer(dataOf(data)), entries).int(flags);
      if (ttl !== undefined) out.long(ttl);
    },
    read: opcode === 1 ? path : pathAndStat,
  };
}

export const create = (at: string | null, options: Making = {}): Operation =>
  making(1, at, options);
export const create2 = (at: string, options: Making = {}): Operation => making(15, at, options);
export const createContainer = (at: string, options: Making = {}): Operation =>
  making(19, at, { flags: 4, ...options });
export const createTtl = (at: string, ttl: bigint, options: Making = {}): Operation =>
  making(21, at, { flags: 5, ...options }, ttl);

const FLAGS = { ephemeral: 1, sequential: 2 };
export const ephemeral = (at: string): Operation => create(at, { flags: FLAGS.ephemeral });
export const sequential = (at: string): Operation => create(at, { flags: FLAGS.sequential });

const versioned = (opcode: number, at: string | null, version: number): Operation => ({
  opcode,
  write: (out) => out.text(at).int(version),
  read: nothing,
});

export const remove = (at: string | null, version = -1): Operation => versioned(2, at, version);
export const check = (at: string, version = -1): Operation => versioned(13, at, version);
export const checkWatches = (at: string, type: number): Operation => versioned(17, at, type);
export const removeWatches = (at: string, type: number): Operation => versioned(18, at, type);

/** Persistent, or recursive as well. */
export const addWatch = (at: string, mode: number): Operation => ({
  ...versioned(106, at, mode),
  read: (body) => ({ result: body.int() }),
});

const looking = (opcode: number, read: Operation["read"]) => {
  return (at: string | null, watch = false): Operation => ({
    opcode,
    write: (out) => out.text(at).bool(watch),
    read,
  });
};

export const exists: ReturnType<typeof looking> = looking(3, stat);
export const getData: ReturnType<typeof looking> = looking(4, dataAndStat);
export const getChildren: ReturnType<typeof looking> = looking(8, children);
export const getChildren2: ReturnType<typeof looking> = looking(12, (body) => ({
  ...children(body),
  ...stat(body),
}));

export const setData = (at: string | null, data: string | null, version = -1): Operation => ({
  opcode: 5,
  write: (out) => out.text(at).buffer(dataOf(data)).int(version),
  read: stat,
});

const ofPath = (opcode: number, at: string | null, read: Operation["read"]): Operation => ({
  opcode,
  write: (out) => out.text(at),
  read,
});

export const getAcl = (at: string | null): Operation =>
  ofPath(6, at, (body) => ({ acl: aclOf(body), ...stat(body) }));

export const setAcl = (
  at: string | null,
  entries: readonly Entry[] | null,
  version = -1,
): Operation => ({
  opcode: 7,
  write: (out) => acl(out.text(at), entries).int(version),
  read: stat,
});

export const sync = (at: string | null): Operation => ofPath(9, at, path);
export const getEphemerals = (at: string | null): Operation => ofPath(103, at, paths);
export const getAllChildrenNumber = (at: string | null): Operation =>
  ofPath(104, at, (body) => ({ number: body.int() }));
/** The leader's own, to rid itself of containers and of nodes past their time. */
export const deleteContainer = (at: string): Operation => ofPath(20, at, nothing);

const bare = (opcode: number, read: Operation["read"]): Operation => ({
  opcode,
  write: () => {},
  read,
});

export const whoAmI: Operation = bare(107, (body) => ({
  ids: body.vector(() => `${body.text()}:${body.text()}`).toSorted(),
}));
export const ping: Operation = bare(11, nothing);
export const closeSession: Operation = bare(-11, nothing);

export const auth = (scheme: string | null, secret: string | null): Operation => ({
  opcode: 100,
  write: (out) => out.int(0).text(scheme).buffer(dataOf(secret)),
  read: nothing,
});

/** What a client that comes back wants to watch, in the order of the record. */
export interface Watched {
  readonly data?: readonly string[] | null;
  readonly exist?: readonly string[] | null;
  readonly child?: readonly string[] | null;
  readonly persistent?: readonly string[] | null;
  readonly recursive?: readonly string[] | null;
}

export const setWatches = (opcode: 101 | 105, since: bigint, watched: Watched): Operation => ({
  opcode,
  write: (out) => {
    const { data = [], exist = [], child = [], persistent = [], recursive = [] } = watched;
    out.long(since);
    const lists =
      opcode === 101 ? [data, exist, child] : [data, exist, child, persistent, recursive];
    for (const list of lists) out.vector(list, (each) => out.text(each));
  },
  read: nothing,
});

/** Several at once: `multi` (14), or `multiRead` (22). */
export function multi(operations: readonly Operation[], opcode: 14 | 22 = 14): Operation {
  return {
    opcode,
    write: (out) => {
      for (const operation of operations) {
        out.int(operation.opcode).bool(false).int(-1);
        operation.write(out);
      }
      out.int(-1).bool(true).int(-1);
    },
    read: (body) => {
      const results: object[] = [];
      for (;;) {
        const [type, isDone, error] = [body.int(), body.bool(), body.int()];
        if (isDone) return { results, end: [type, error] };
        results.push(resultOf(type, errorName(error), body));
      }
    },
  };
}

const RESULTS: Readonly<Record<number, Operation["read"]>> = {
  1: path,
  2: nothing,
  4: dataAndStat,
  5: stat,
  8: children,
  13: nothing,
  15: pathAndStat,
};

/** The numbers of results are those that the Java client knows. */
function resultOf(type: number, header: string, body: In): object {
  if (type === -1) return { error: errorName(body.int()), header };
  const read = RESULTS[type];
  if (read === undefined) throw new Error(`a result of type ${type}`);
  return { error: header, type, ...read(body) };
}

export const multiRead = (operations: readonly Operation[]): Operation => multi(operations, 22);

/** An opcode with a body as it is given, for what no client would send. */
export function anything(opcode: number, body: Uint8Array = new Uint8Array(0)): Operation {
  return { opcode, write: (out) => out.raw(body), read: nothing };
}
