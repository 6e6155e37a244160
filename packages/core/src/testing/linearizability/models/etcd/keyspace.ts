import type { Specification } from "../../model.ts";
import { ANY, exactly, intersect, type Bounds } from "./bounds.ts";
import { findCell, narrow, putInto, readAs, replaceCell, type Cell } from "./cell.ts";
import { decide } from "./decide.ts";
import { actionsOf, executedBy, isIn, isRead } from "./requests.ts";
import type {
  EtcdAction,
  EtcdActionResult,
  EtcdAnswer,
  EtcdKeyValue,
  EtcdRange,
  EtcdRequest,
} from "./requests.ts";
import type { Sightings } from "./sightings.ts";

/** What a keyspace holds, as far as answers tell. */
export interface EtcdState {
  /** The store's; it may be above where others write to it too. */
  readonly revision: number;
  /** In the order of their keys. */
  readonly cells: readonly Cell[];
}

/** Keys of an etcd store. */
export class EtcdKeyspace implements Specification<EtcdRequest, EtcdAnswer, EtcdState> {
  readonly initial: EtcdState;
  /** Whether nobody else writes to the store, so that each write takes the very next revision. */
  readonly #isWhole: boolean;
  readonly #sightings: Sightings;

  constructor(options: {
    readonly revision: number;
    readonly isWhole: boolean;
    readonly sightings: Sightings;
  }) {
    this.initial = { revision: options.revision, cells: [] };
    this.#isWhole = options.isWhole;
    this.#sightings = options.sightings;
  }

  step(state: EtcdState, request: EtcdRequest, answer: EtcdAnswer | null): readonly EtcdState[] {
    const result = answer?.result ?? null;
    const revision = answer?.revision ?? null;
    if (request.kind !== "txn") {
      if (result?.kind === "txn") return [];
      const results = result === null ? null : [result];
      const after = this.#carryOut(state, [request], results, revision);
      return after === null ? [] : [after];
    }
    if (result !== null && result.kind !== "txn") return [];
    const after: EtcdState[] = [];
    for (const { succeeded, cells } of decide(state.cells, request.compare, this.#sightings)) {
      if (result !== null && result.succeeded !== succeeded) continue;
      const actions = succeeded ? request.success : request.failure;
      const decided = stateWith(state, state.revision, cells);
      const next = this.#carryOut(decided, actions, result?.results ?? null, revision);
      if (next !== null) after.push(next);
    }
    return after;
  }

  stateKey({ revision, cells }: EtcdState): string {
    return JSON.stringify([revision, cells]);
  }

  inputKey(request: EtcdRequest): string {
    return JSON.stringify(request, (name, value: unknown) =>
      name === "value" && typeof value === "string" ? this.#toldApart(value) : value,
    );
  }

  readsOnly(request: EtcdRequest, answer: EtcdAnswer | null): boolean {
    return answer === null
      ? actionsOf(request).every(({ kind }) => kind === "range")
      : executedBy(request, answer.result).every(isRead);
  }

  /** Revisions ascend; what reads at one comes behind what wrote it. */
  rank(request: EtcdRequest, answer: EtcdAnswer): number | null {
    if (answer.revision === null) return null;
    return answer.revision * 2 + (this.readsOnly(request, answer) ? 1 : 0);
  }

  /** The state behind the actions, which take one revision together; null where it was not so. */
  #carryOut(
    state: EtcdState,
    actions: readonly EtcdAction[],
    results: readonly EtcdActionResult[] | null,
    known: number | null,
  ): EtcdState | null {
    if (results !== null && results.length !== actions.length) return null;
    const changedKeys = actions.flatMap((action) => keysChangedBy(state.cells, action));
    const writes = changedKeys.length > 0;
    const least = state.revision + (writes ? 1 : 0);
    const possible = { least, most: this.#isWhole ? least : Infinity };
    const revision =
      results === null
        ? this.#sightings.placeFor(actions, changedKeys, possible)
        : intersect(possible, known === null ? ANY : exactly(known));
    if (revision === null) return null;
    // What was there before has a revision below that of a write.
    let cells = narrowAll(state.cells, writes ? revision.most - 1 : revision.most);
    for (const [i, action] of actions.entries()) {
      if (cells === null) return null;
      cells = this.#act(cells, action, results?.[i] ?? null, revision);
    }
    if (cells === null) return null;
    if (results === null && !this.#sightings.allow(cells, revision)) return null;
    return stateWith(state, revision.least, cells);
  }

  #act(
    cells: readonly Cell[],
    action: EtcdAction,
    result: EtcdActionResult | null,
    revision: Bounds,
  ): readonly Cell[] | null {
    if (result !== null && result.kind !== action.kind) return null;
    switch (action.kind) {
      case "put": {
        const { key } = action;
        const value = this.#toldApart(action.value);
        return replaceCell(cells, putInto(findCell(cells, key), key, value, revision));
      }
      case "delete": {
        const left = cells.filter(({ key }) => !isIn(action, key));
        const deleted = cells.length - left.length;
        if (result?.kind === "delete" && result.deleted !== deleted) return null;
        return deleted === 0 ? cells : left;
      }
      case "range":
        return result?.kind === "range" ? readAll(cells, action, result.kvs) : cells;
    }
  }

  #toldApart(value: string): string | null {
    return this.#sightings.tellsApart(value) ? value : null;
  }
}

/** The state with these cells, at this revision or that of the newest of them; itself if it is the same. */
function stateWith(state: EtcdState, revision: number, cells: readonly Cell[]): EtcdState {
  const newest = Math.max(revision, ...cells.map(({ modified }) => modified.least));
  return cells === state.cells && newest === state.revision ? state : { revision: newest, cells };
}

function keysChangedBy(cells: readonly Cell[], action: EtcdAction): readonly string[] {
  switch (action.kind) {
    case "range":
      return [];
    case "put":
      return [action.key];
    case "delete":
      return cells.filter(({ key }) => isIn(action, key)).map(({ key }) => key);
  }
}

/** No key was modified behind the revision. */
function narrowAll(cells: readonly Cell[], most: number): readonly Cell[] | null {
  if (cells.every(({ modified }) => modified.most <= most)) return cells;
  return allOf(cells.map((cell) => narrow(cell, ANY, { least: 0, most })));
}

/** The cells as they must be for the range to have been read so; null where it cannot have been. */
function readAll(
  cells: readonly Cell[],
  range: EtcdRange,
  kvs: readonly EtcdKeyValue[],
): readonly Cell[] | null {
  let next = 0;
  let isNews = false;
  const read = cells.map((cell) => {
    if (!isIn(range, cell.key)) return cell;
    const kv = kvs[next++];
    const as = kv === undefined ? null : readAs(cell, kv);
    isNews ||= as !== cell;
    return as;
  });
  if (next !== kvs.length) return null;
  return isNews ? allOf(read) : cells;
}

function allOf(cells: readonly (Cell | null)[]): readonly Cell[] | null {
  return cells.every((cell) => cell !== null) ? cells : null;
}
