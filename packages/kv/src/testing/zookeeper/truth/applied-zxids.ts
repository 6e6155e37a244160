import { crc32c, type Entry, type Index } from "@quorate/core";
import { decodeCommand, type Command } from "../../../zookeeper/apply/command.ts";
import type { ZooKeeperResult, ZooKeeperStateMachine } from "../../../zookeeper/apply/index.ts";
import {
  ERROR,
  intAt,
  JuteReader,
  readMulti,
  readWriteOperation,
  REQUEST_HEADER_BYTES,
} from "../../../zookeeper/codec/index.ts";
import type { Journal } from "../../journal.ts";
import { MORTALS } from "../occupations/use-containers.ts";
import { SessionBook, sessionNumber } from "./session-book.ts";
import { TreeHistory } from "./tree-history.ts";

/** What became of a client's request. */
export interface AppliedRequest {
  readonly at: number;
  readonly result: ZooKeeperResult;
}

/**
 * What members have applied, whichever of them did it first. The others must come to the same:
 * everything that clients are told is compared with this.
 */
export class AppliedZxids {
  readonly tree: TreeHistory = new TreeHistory();
  readonly sessions: SessionBook = new SessionBook();
  /** The newest. */
  zxid = 0;
  readonly #journal: Journal;
  readonly #time: () => number;
  readonly #requests = new Map<string, AppliedRequest>();
  /** By index: the entry, and what came of it. */
  readonly #stamps = new Map<Index, string>();

  constructor(journal: Journal, time: () => number) {
    this.#journal = journal;
    this.#time = time;
  }

  /** A member has applied an entry; its state is what it is behind it. */
  applied(
    member: string,
    entry: Entry,
    result: ZooKeeperResult,
    machine: ZooKeeperStateMachine,
  ): void {
    this.#journal.counts.steps++;
    const stamp = stampOf(entry, result, machine);
    const known = this.#stamps.get(entry.index);
    if (known === undefined) {
      this.#stamps.set(entry.index, stamp);
      this.#first(member, entry, result, machine);
    } else if (known !== stamp) {
      const what = `${member} applied entry ${entry.index} as ${stamp}, another member as ${known}`;
      this.#journal.violated("state-machine", what);
    }
  }

  /** What became of a write, by the number that its client gave it; null: nothing. */
  request(session: bigint, xid: number): AppliedRequest | null {
    return this.#requests.get(`${session} ${xid}`) ?? null;
  }

  #first(
    member: string,
    entry: Entry,
    result: ZooKeeperResult,
    machine: ZooKeeperStateMachine,
  ): void {
    const command = decodeCommand(entry.data);
    const { zxid, kind } = result;
    this.#journal.note(member, "applied", `${hex(zxid)} ${command.kind} ${kind}`);
    if (zxid <= this.zxid) {
      this.#journal.violated("state-machine", `${hex(zxid)} was applied after ${hex(this.zxid)}`);
    }
    this.zxid = zxid;
    for (const path of changedBy(command, result)) this.tree.learn(zxid, path, machine.tree);
    if (command.kind === "reapNode" && result.kind === "deleted") this.#reaped(command.path, zxid);
    if (result.kind === "attached") {
      const { session, timeoutMillis } = result.introduction;
      this.sessions.attached(sessionNumber(session), timeoutMillis, this.#time());
    }
    if (command.kind === "request" && !isOfLostSession(result)) {
      const { session, frame } = command;
      const at = this.#time();
      this.#requests.set(`${sessionNumber(session)} ${intAt(frame, 0)}`, { at, result });
    }
    if (result.kind === "sessionClosed") this.#ended(command, zxid, machine);
  }

  /** What ends by itself is only what clients made so, and has no children. */
  #reaped(path: string, zxid: number): void {
    const before = this.tree.at(path, zxid - 1);
    if (path.startsWith(`${MORTALS}/`) && before?.children.length === 0) return;
    this.#journal.violated("containers", `${path} was removed at ${hex(zxid)}`);
  }

  /** With a session everything goes that is its own, at the same zxid. */
  #ended(command: Command, zxid: number, { tree }: ZooKeeperStateMachine): void {
    if (command.kind !== "request" && command.kind !== "expireSession") return;
    const session = sessionNumber(command.session);
    const how = command.kind === "request" ? "closed" : "expired";
    if (how === "expired") this.#journal.counts.expired++;
    this.sessions.ended(session, { how, at: this.#time(), zxid });
    for (const path of this.tree.ephemeralsOf(session)) {
      this.tree.learn(zxid, path, tree);
      if (this.tree.newest(path) === null) continue;
      const what = `${path} is still there, and its session was ${how} at ${hex(zxid)}`;
      this.#journal.violated("ephemerals", what);
    }
  }
}

/** The nodes that a command has changed, by what it asked for. */
function changedBy(command: Command, result: ZooKeeperResult): readonly string[] {
  if (command.kind === "reapNode") return result.kind === "deleted" ? [command.path] : [];
  if (command.kind !== "request") return [];
  const { frame } = command;
  const reader = new JuteReader(frame, REQUEST_HEADER_BYTES);
  switch (result.kind) {
    case "created":
      return [result.path];
    case "changed":
    case "deleted": {
      const operation = readWriteOperation(intAt(frame, 4), reader);
      return operation === null ? [] : [operation.path];
    }
    case "multi": {
      const operations = readMulti(reader);
      return result.items.flatMap((item, i) => {
        if (item.kind === "undone") return [];
        const path = item.result.kind === "created" ? item.result.path : operations[i]?.path;
        return path === undefined ? [] : [path];
      });
    }
    default:
      return [];
  }
}

/** Nothing was looked at: the session was gone, or another connection's. */
function isOfLostSession(result: ZooKeeperResult): boolean {
  if (result.kind !== "refused") return false;
  return result.error === ERROR.sessionExpired || result.error === ERROR.sessionMoved;
}

function stampOf(
  entry: Entry,
  result: ZooKeeperResult,
  { tree, sessions }: ZooKeeperStateMachine,
): string {
  const { term, data } = entry;
  return `${result.kind} in epoch ${term} with checksum ${crc32c(data)}, tree ${tree.digest} and ${sessions.size} sessions`;
}

/** As ZooKeeper prints it. */
export function hex(zxid: number): string {
  return `0x${zxid.toString(16)}`;
}
