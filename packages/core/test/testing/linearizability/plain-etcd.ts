import type {
  EtcdAction,
  EtcdActionResult,
  EtcdAnswer,
  EtcdCompare,
  EtcdKeys,
  EtcdKeyValue,
  EtcdRequest,
} from "../../../src/testing/linearizability/index.ts";
import type { PlainObject, Served } from "./plain-object.ts";

export interface PlainEtcd {
  readonly revision: number;
  readonly kvs: readonly EtcdKeyValue[];
}

export const emptyEtcd: PlainEtcd = { revision: 1, kvs: [] };

/** A store that nobody else writes to. */
export const plainEtcd: PlainObject<EtcdRequest, EtcdAnswer, PlainEtcd> = {
  initial: emptyEtcd,
  serve: (state, request) => [serveEtcd(state, request)],
  isAnswer,
};

/** A store that others write to as well, as often as it takes to get to this revision, and once more. */
export function sharedEtcd(most: number): PlainObject<EtcdRequest, EtcdAnswer, PlainEtcd> {
  return {
    initial: { ...emptyEtcd, revision: 0 },
    serve: (state, request) =>
      Array.from({ length: Math.max(0, most - state.revision) + 1 }, (_, others) =>
        serveEtcd({ ...state, revision: state.revision + others }, request),
      ),
    isAnswer,
  };
}

export function serveEtcd(state: PlainEtcd, request: EtcdRequest): Served<EtcdAnswer, PlainEtcd> {
  if (request.kind !== "txn") {
    const { state: after, results } = carryOut(state, [request]);
    const [result = { kind: "put" }] = results;
    return { state: after, output: { revision: after.revision, result } };
  }
  const succeeded = request.compare.every((compare) => holds(state.kvs, compare));
  const { state: after, results } = carryOut(state, succeeded ? request.success : request.failure);
  const result = { kind: "txn", succeeded, results } as const;
  return { state: after, output: { revision: after.revision, result } };
}

function carryOut(
  before: PlainEtcd,
  actions: readonly EtcdAction[],
): { readonly state: PlainEtcd; readonly results: readonly EtcdActionResult[] } {
  let state = before;
  const results: EtcdActionResult[] = [];
  for (const action of actions) {
    const modRevision = before.revision + 1;
    const found = state.kvs.filter(({ key }) => isIn(action, key));
    const others = state.kvs.filter(({ key }) => !isIn(action, key));
    switch (action.kind) {
      case "put": {
        const { key, value } = action;
        const [was] = found;
        const version = (was?.version ?? 0) + 1;
        const createRevision = was?.createRevision ?? modRevision;
        const kv = { key, value, version, createRevision, modRevision };
        state = { revision: modRevision, kvs: [...others, kv] };
        results.push({ kind: "put" });
        break;
      }
      case "delete":
        if (found.length > 0) state = { revision: modRevision, kvs: others };
        results.push({ kind: "delete", deleted: found.length });
        break;
      case "range":
        results.push({ kind: "range", kvs: found.sort((a, b) => (a.key < b.key ? -1 : 1)) });
    }
  }
  return { state, results };
}

function isIn(action: EtcdAction, key: string): boolean {
  if (action.kind === "put") return key === action.key;
  const { key: first, end }: EtcdKeys = action;
  return end === null ? key === first : key >= first && (end === "\0" || key < end);
}

function holds(kvs: readonly EtcdKeyValue[], compare: EtcdCompare): boolean {
  const kv = kvs.find(({ key }) => key === compare.key);
  if (compare.target === "value") return kv?.value === compare.value;
  return (kv?.[compare.target] ?? 0) === compare.number;
}

/** The revision need not be known. */
function isAnswer(told: EtcdAnswer, served: EtcdAnswer): boolean {
  const sameRevision = told.revision === null || told.revision === served.revision;
  return sameRevision && JSON.stringify(told.result) === JSON.stringify(served.result);
}
