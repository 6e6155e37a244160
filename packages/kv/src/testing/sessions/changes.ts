import type { Exchange } from "./exchanges.ts";
import { parentOf, REFUSED, type ZnodeStat } from "./facts.ts";

/** What became of a node. */
interface Change {
  readonly zxid: number;
  readonly kind: "created" | "set" | "deleted";
}

/** What may have become of a node, without anybody having been told. */
interface Unsettled {
  created: boolean;
  set: boolean;
  deleted: boolean;
}

/**
 * All changes that clients know of, because they were answered with them or have read what they left.
 * An ephemeral node may end at any time, as far as is known here.
 */
export class Changes {
  /** Two changes that cannot both have been made. */
  readonly contradictions: readonly string[];
  /** All by ascending zxids. */
  readonly #ofNode = new Map<string, readonly Change[]>();
  readonly #ofChildren = new Map<string, readonly Pick<Change, "zxid">[]>();
  /** Where somebody found no node. */
  readonly #absences = new Map<string, readonly Pick<Change, "zxid">[]>();
  readonly #unsettled = new Map<string, Unsettled>();
  readonly #unsettledChildren = new Set<string>();

  constructor(exchanges: readonly Exchange[]) {
    const ledger = new Ledger();
    for (const exchange of exchanges) this.#learn(exchange, ledger);
    this.contradictions = ledger.contradictions;
    endWithSessions(exchanges, ledger);
    for (const [path, zxids] of ledger.absences) this.#absences.set(path, ascending(zxids));
    for (const [path, changes] of ledger.changes) {
      const sorted = [...changes].map(([zxid, kind]) => ({ zxid, kind }));
      sorted.sort((a, b) => a.zxid - b.zxid);
      this.#ofNode.set(path, sorted);
      for (const { zxid, kind } of sorted) {
        if (kind !== "set") ledger.children(parentOf(path)).add(zxid);
      }
    }
    for (const [path, zxids] of ledger.childChanges) {
      this.#ofChildren.set(path, ascending(zxids));
    }
  }

  /** The first change of the node, or of its list of children, behind the zxid; null: none is known. */
  nextAfter(path: string, of: "node" | "children", zxid: number): number | null {
    const changes = (of === "children" ? this.#ofChildren : this.#ofNode).get(path) ?? [];
    return changes[countUpTo(changes, zxid)]?.zxid ?? null;
  }

  /** The first zxid behind this one at which somebody found no node; null: nobody did. */
  nextAbsence(path: string, zxid: number): number | null {
    const absences = this.#absences.get(path) ?? [];
    return absences[countUpTo(absences, zxid)]?.zxid ?? null;
  }

  /** Whether the node may have changed without anybody having been told. */
  mayHaveChanged(path: string, of: "node" | "children"): boolean {
    return of === "children" ? this.#unsettledChildren.has(path) : this.#unsettled.has(path);
  }

  /** Whether the node is there at the zxid; null: nobody knows. */
  isThere(path: string, zxid: number): boolean | null {
    const changes = this.#ofNode.get(path) ?? [];
    const last = changes[countUpTo(changes, zxid) - 1];
    const unsettled = this.#unsettled.get(path);
    if (last === undefined) return null;
    if (last.kind === "deleted") return unsettled?.created === true ? null : false;
    return unsettled?.deleted === true ? null : true;
  }

  #learn(exchange: Exchange, ledger: Ledger): void {
    const { request, answer } = exchange;
    const isKnown = answer !== null;
    switch (request.kind) {
      case "create": {
        const path = answer?.result.kind === "created" ? answer.result.path : request.path;
        if (answer?.result.kind === "created") {
          ledger.note(path, answer.zxid, "created", request.value);
        }
        if (!isKnown && request.sequential) this.#unsettledChildren.add(parentOf(path));
        if (!isKnown && !request.sequential) this.#mayHave(path, "created");
        if (request.ephemeral) this.#mayHave(path, "deleted");
        break;
      }
      case "set":
        if (!isKnown) this.#mayHave(request.path, "set");
        if (answer?.result.kind === "stat") {
          ledger.noteStat(request.path, answer.result.stat, request.value);
        }
        break;
      case "delete":
        if (!isKnown) this.#mayHave(request.path, "deleted");
        if (answer?.result.kind === "done") ledger.note(request.path, answer.zxid, "deleted", null);
        break;
      case "exists":
      case "get":
      case "children":
        if (answer === null) break;
        if (isAbsent(exchange)) ledger.absent(request.path).add(answer.zxid);
        if ("stat" in answer.result) {
          const { result } = answer;
          ledger.noteStat(request.path, result.stat, result.kind === "data" ? result.value : null);
          ledger.children(request.path).add(result.stat.pzxid);
        }
        break;
      case "sync":
      case "ping":
      case "close":
      case "setWatches":
        break;
    }
  }

  #mayHave(path: string, what: keyof Unsettled): void {
    const unsettled = this.#unsettled.get(path) ?? { created: false, set: false, deleted: false };
    unsettled[what] = true;
    this.#unsettled.set(path, unsettled);
    if (what !== "set") this.#unsettledChildren.add(parentOf(path));
  }
}

/** Notes down changes, each once, however often it is heard of. */
class Ledger {
  readonly contradictions: string[] = [];
  readonly changes = new Map<string, Map<number, Change["kind"]>>();
  readonly childChanges = new Map<string, Set<number>>();
  readonly absences = new Map<string, Set<number>>();
  /** What each transaction did: one change, and the value that it left. */
  readonly #byZxid = new Map<number, { readonly path: string; value: string | null }>();

  note(path: string, zxid: number, kind: Change["kind"], value: string | null): void {
    const noted = this.#byZxid.get(zxid);
    if (noted === undefined) this.#byZxid.set(zxid, { path, value });
    else if (noted.path !== path) {
      this.contradictions.push(`zxid ${zxid} changed ${noted.path}, and ${path} as well`);
    } else if (noted.value === null) noted.value = value;
    else if (value !== null && noted.value !== value) {
      this.contradictions.push(
        `${path} was "${noted.value}" as of zxid ${zxid}, and "${value}" as well`,
      );
    }
    this.noteOneOfSeveral(path, zxid, kind);
  }

  /** A change that is not the only one of its transaction. */
  noteOneOfSeveral(path: string, zxid: number, kind: Change["kind"]): void {
    const ofPath = this.changes.get(path) ?? new Map<number, Change["kind"]>();
    this.changes.set(path, ofPath.set(zxid, kind));
  }

  noteStat(path: string, { czxid, mzxid }: ZnodeStat, value: string | null): void {
    // What was there before this cluster began has no transaction.
    if (czxid > 0) this.note(path, czxid, "created", mzxid === czxid ? value : null);
    if (mzxid > czxid) this.note(path, mzxid, "set", value);
  }

  children(path: string): Set<number> {
    return setIn(this.childChanges, path);
  }

  absent(path: string): Set<number> {
    return setIn(this.absences, path);
  }
}

function setIn(sets: Map<string, Set<number>>, path: string): Set<number> {
  const zxids = sets.get(path) ?? new Set();
  sets.set(path, zxids);
  return zxids;
}

/** A session that is closed takes its nodes with it, in one transaction: those that nobody else made or deleted. */
function endWithSessions(exchanges: readonly Exchange[], ledger: Ledger): void {
  const touched = new Map<string, number>();
  for (const { request } of exchanges) {
    if (request.kind !== "delete" && request.kind !== "create") continue;
    touched.set(request.path, (touched.get(request.path) ?? 0) + 1);
  }
  const closedAt = new Map<bigint, number>();
  for (const { request, session, answer } of exchanges) {
    if (request.kind === "close" && answer !== null) closedAt.set(session, answer.zxid);
  }
  for (const { request, session, answer } of exchanges) {
    const zxid = closedAt.get(session);
    if (zxid === undefined || request.kind !== "create" || !request.ephemeral) continue;
    if (answer?.result.kind !== "created" || touched.get(answer.result.path) !== 1) continue;
    ledger.noteOneOfSeveral(answer.result.path, zxid, "deleted");
  }
}

function ascending(zxids: Iterable<number>): readonly Pick<Change, "zxid">[] {
  return [...zxids].sort((a, b) => a - b).map((zxid) => ({ zxid }));
}

/** How many of the changes were made up to the zxid. */
function countUpTo(changes: readonly Pick<Change, "zxid">[], zxid: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.zxid ?? Infinity) <= zxid) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a read was answered with there being no node. */
export function isAbsent({ request, answer }: Exchange): boolean {
  const isRead = request.kind === "exists" || request.kind === "get" || request.kind === "children";
  const result = answer?.result;
  return isRead && result?.kind === "refused" && result.code === REFUSED.noNode;
}
