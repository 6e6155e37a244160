import { utf8Decode } from "@quorate/core";
import { statOf, type DataTree, type Znode } from "../../../zookeeper/store/index.ts";
import { parentOf, type EventType, type WatchKind } from "../../sessions/facts.ts";
import { sessionNumber } from "./session-book.ts";

/** A node as it was at some zxid. */
export interface NodeState {
  readonly value: string;
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly version: number;
  /** The session whose node it is; 0 for nobody's. */
  readonly owner: bigint;
  /** In no particular order, but always the same. */
  readonly children: readonly string[];
}

/** A node from a zxid on. */
export interface Version {
  readonly zxid: number;
  /** Null: there was none. */
  readonly node: NodeState | null;
}

/** Something that happened to a node. */
export interface TreeEvent {
  readonly zxid: number;
  readonly path: string;
  readonly event: EventType;
}

/** What the tree was at every zxid. */
export class TreeHistory {
  readonly #versions = new Map<string, Version[]>();
  /** What was changed when, in order. */
  readonly #log: { readonly zxid: number; readonly path: string }[] = [];

  get paths(): Iterable<string> {
    return this.#versions.keys();
  }

  /** Takes up what a transaction has made of a node, and of its parent. */
  learn(zxid: number, path: string, tree: DataTree): void {
    for (const changed of new Set([path, parentOf(path)])) {
      const versions = this.#versions.get(changed) ?? [];
      this.#versions.set(changed, versions);
      if (versions.at(-1)?.zxid === zxid) versions.pop();
      const node = tree.find(changed);
      versions.push({ zxid, node: node === null ? null : stateOf(node) });
      this.#log.push({ zxid, path: changed });
    }
  }

  /** The node as it was at the zxid; null where it was not there. */
  at(path: string, zxid: number): NodeState | null {
    return this.versionsOf(path).findLast((version) => version.zxid <= zxid)?.node ?? null;
  }

  /** The node as it is. */
  newest(path: string): NodeState | null {
    return this.at(path, Infinity);
  }

  /** The paths of a session's nodes, as they are. */
  ephemeralsOf(owner: bigint): readonly string[] {
    return [...this.#versions]
      .filter(([, versions]) => versions.at(-1)?.node?.owner === owner)
      .map(([path]) => path);
  }

  /** The first zxid, behind the given one, that a watch left there has to tell of; null: there is none. */
  nextFor(kind: WatchKind, path: string, zxid: number): number | null {
    let before = this.at(path, zxid);
    for (const { zxid: at, node } of this.versionsOf(path)) {
      if (at <= zxid) continue;
      const isOther = node?.czxid !== before?.czxid;
      const watched = kind === "children" ? "pzxid" : "mzxid";
      if (isOther || node?.[watched] !== before?.[watched]) return at;
      before = node;
    }
    return null;
  }

  /** What happened behind the first zxid, up to the second. */
  eventsIn(from: number, to: number): readonly TreeEvent[] {
    return this.#log
      .filter(({ zxid }) => zxid > from && zxid <= to)
      .flatMap(({ zxid, path }) => {
        const event = eventOf(this.at(path, zxid - 1), this.at(path, zxid));
        return event.map((each) => ({ zxid, path, event: each }));
      });
  }

  /** All that it ever was, in order. */
  versionsOf(path: string): readonly Version[] {
    return this.#versions.get(path) ?? [];
  }
}

function eventOf(before: NodeState | null, after: NodeState | null): readonly EventType[] {
  if (before === null || after === null) {
    if (before === after) return [];
    return [before === null ? "created" : "deleted"];
  }
  const events: EventType[] = [];
  if (before.mzxid !== after.mzxid) events.push("data changed");
  if (before.pzxid !== after.pzxid) events.push("children changed");
  return events;
}

/** What a client can be told of a node. */
export function stateOf(node: Znode): NodeState {
  const { created, modified, childrenModified, version, ephemeralOwner } = statOf(node);
  return {
    value: utf8Decode(node.data ?? new Uint8Array()),
    czxid: created.zxid,
    mzxid: modified.zxid,
    pzxid: childrenModified.zxid,
    version,
    owner: ephemeralOwner === null ? 0n : sessionNumber(ephemeralOwner),
    children: [...(node.children?.keys() ?? [])].sort(),
  };
}
