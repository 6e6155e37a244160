import type { Prng } from "@quorate/core";
import {
  etcdKeyModel,
  etcdStoreModel,
  type EtcdCompare,
  type EtcdDelete,
  type EtcdKeys,
  type EtcdKeyValue,
  type EtcdModel,
  type EtcdPut,
  type EtcdRange,
  type EtcdRequest,
} from "@quorate/core/testing/linearizability";

/** What clients ask of a new cluster, over and over, and what explains what they are told. */
export interface Workload {
  readonly name: string;
  readonly model: EtcdModel;
  /** All its keys, where requests join several of them. */
  readonly store: EtcdRange | null;
  next(asker: Asker): EtcdRequest;
}

/** The one who asks. */
export interface Asker {
  readonly prng: Prng;
  /** What it writes next: nobody else writes it, and nobody has. */
  readonly value: string;
  /** Each key as it saw it last; meanwhile it may be another, or gone. */
  readonly seen: ReadonlyMap<string, EtcdKeyValue>;
}

const PREFIX = "k/";
export const KEYS: readonly string[] = Array.from({ length: 10 }, (_, i) => `${PREFIX}${i}`);
const ALL: EtcdRange = { kind: "range", key: PREFIX, end: "k0" };

/** Keys are read and written. */
const register: Workload = {
  name: "register",
  model: etcdKeyModel,
  store: null,
  next: ({ prng, value }) => {
    const key = prng.pick(KEYS);
    return prng.chance(0.5) ? read(key) : put(key, value);
  },
};

/** Keys are read, and written if they are as they were seen: by their revision, or by their value. */
const cas: Workload = {
  name: "cas",
  model: etcdKeyModel,
  store: null,
  next: ({ prng, value, seen }) => {
    const key = prng.pick(KEYS);
    const last = seen.get(key);
    const success = [put(key, value), read(key)];
    const failure = [read(key)];
    switch (prng.pick(["read", "by revision", "by value"])) {
      case "by revision":
        return { kind: "txn", compare: [asSeen(key, last)], success, failure };
      case "by value": {
        const compare = { target: "value", key, value: last?.value ?? "never written" } as const;
        return { kind: "txn", compare: [compare], success, failure };
      }
      default:
        return read(key);
    }
  },
};

/** All keys are read at once, or a part of them; several are written, or deleted, at once. */
const range: Workload = {
  name: "range",
  model: etcdStoreModel(),
  store: ALL,
  next: ({ prng, value, seen }) => {
    const key = prng.pick(KEYS);
    const { low, high } = pickTwo(prng);
    const part = { key: low, end: high };
    switch (prng.pick(["all", "part", "put", "delete", "swap", "move"])) {
      case "all":
        return ALL;
      case "part":
        return { kind: "range", ...part };
      case "put":
        return put(key, value);
      case "delete":
        return prng.chance(0.5) ? remove(part) : remove({ key, end: null });
      case "swap": {
        const compare = [asSeen(low, prng.chance(0.25) ? undefined : seen.get(low))];
        const success = [ALL, put(low, value), put(high, value)];
        return { kind: "txn", compare, success, failure: [ALL] };
      }
      default: {
        const success = [remove(part), put(high, value), ALL];
        return { kind: "txn", compare: [], success, failure: [] };
      }
    }
  },
};

export const WORKLOADS: readonly Workload[] = [register, cas, range];

export function read(key: string): EtcdRange {
  return { kind: "range", key, end: null };
}

function put(key: string, value: string): EtcdPut {
  return { kind: "put", key, value };
}

function remove({ key, end }: EtcdKeys): EtcdDelete {
  return { kind: "delete", key, end };
}

function asSeen(key: string, last: EtcdKeyValue | undefined): EtcdCompare {
  return { target: "modRevision", key, number: last?.modRevision ?? 0 };
}

/** One, and another behind it. */
function pickTwo(prng: Prng): { readonly low: string; readonly high: string } {
  const one = prng.pick(KEYS);
  const other = prng.pick(KEYS.filter((each) => each !== one));
  return one < other ? { low: one, high: other } : { low: other, high: one };
}
