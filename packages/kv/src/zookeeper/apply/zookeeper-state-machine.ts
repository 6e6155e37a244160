import {
  toQuorateError,
  type Entry,
  type Index,
  type PinnedView,
  type SnapshotSink,
  type StateMachine,
} from "@quorate/core";
import {
  ERROR,
  intAt,
  JuteReader,
  OPCODE,
  readMulti,
  readWriteOperation,
  REQUEST_HEADER_BYTES,
  type Refusal,
  type Stamp,
} from "../codec/index.ts";
import { SessionTable, type Session, type SessionListener } from "../session/index.ts";
import { DataTree, isOver, pathOf } from "../store/index.ts";
import type { NodeListener } from "../watch/index.ts";
import { decodeCommand, type Command } from "./command.ts";
import { commit, removeNode } from "./commit.ts";
import { applyMulti } from "./multi.ts";
import { prepare } from "./prepare.ts";
import type { ZooKeeperResult } from "./result.ts";
import { StateSink, StateView } from "./state-snapshot.ts";
import { ZxidClock } from "./zxid-clock.ts";

/** ZooKeeper's tree and sessions as a replicated state machine. */
export class ZooKeeperStateMachine implements StateMachine<ZooKeeperResult> {
  #tree: DataTree;
  #sessions = new SessionTable();
  #zxids = new ZxidClock();
  #listener: (SessionListener & NodeListener) | null = null;

  /** @param config - what `/zookeeper/config` tells in a new ensemble */
  constructor(config?: Uint8Array) {
    this.#tree = DataTree.initial(config);
  }

  get tree(): DataTree {
    return this.#tree;
  }

  get sessions(): SessionTable {
    return this.#sessions;
  }

  /** The zxid of the newest applied command. */
  get lastZxid(): number {
    return this.#zxids.last;
  }

  /** Tells the server of this member, and nobody else, what becomes of sessions and nodes. */
  listen(listener: SessionListener & NodeListener): void {
    this.#listener = listener;
  }

  apply(entries: readonly Entry[], each: (entry: Entry, result: ZooKeeperResult) => void): void {
    for (const entry of entries) each(entry, this.#applyOne(entry));
  }

  pin(): PinnedView {
    return new StateView({ tree: this.#tree, sessions: this.#sessions, zxids: this.#zxids });
  }

  restore(): SnapshotSink {
    return new StateSink((state) => {
      this.#tree = state.tree;
      this.#sessions = state.sessions;
      this.#zxids = state.zxids;
      this.#listener?.replaced();
    });
  }

  #applyOne({ term, index, time, data }: Entry): ZooKeeperResult {
    const stamp = { zxid: this.#zxids.advance(term, index), time };
    let outcome: ZooKeeperResult | Refusal;
    try {
      outcome = this.#execute(decodeCommand(data), index, stamp);
    } catch (thrown) {
      const error = toQuorateError(thrown);
      if (error.code !== "ERR_MALFORMED") throw error;
      outcome = ERROR.marshallingError;
    }
    if (typeof outcome !== "number") return outcome;
    return { kind: "refused", zxid: stamp.zxid, error: outcome };
  }

  #execute(command: Command, index: Index, stamp: Stamp): ZooKeeperResult | Refusal {
    switch (command.kind) {
      case "request":
        return this.#request(command, stamp);
      case "openSession": {
        const { sid, timeoutMillis, password } = command;
        const id = { sid, birth: index };
        const session = { id, password, timeoutMillis, attachment: index, sequence: 0 };
        this.#sessions.add(session);
        this.#listener?.attached(session, null);
        return attached(session, stamp.zxid);
      }
      case "attachSession": {
        const session = this.#sessions.find(command.session);
        if (session === null || !sameBytes(session.password, command.password)) {
          return ERROR.sessionExpired;
        }
        const before = session.attachment;
        this.#sessions.attach(session, index, command.timeoutMillis);
        this.#listener?.attached(session, before);
        return attached(session, stamp.zxid);
      }
      case "expireSession": {
        const session = this.#sessions.find(command.session);
        if (session === null) return ERROR.sessionExpired;
        if (session.attachment !== command.attachment) return ERROR.sessionMoved;
        return this.#close(session, stamp);
      }
      case "reapNode":
        return this.#reap(command.path, command.neverUsedMillis, stamp);
    }
  }

  /** A request counts as soon as its session may make it, even if it cannot be read any further. */
  #request(
    command: Extract<Command, { kind: "request" }>,
    stamp: Stamp,
  ): ZooKeeperResult | Refusal {
    const session = this.#sessions.attached(command.attachment);
    if (session === null) {
      return this.#sessions.find(command.session) === null
        ? ERROR.sessionExpired
        : ERROR.sessionMoved;
    }
    if (session.sequence !== command.sequence) return ERROR.sessionMoved;
    session.sequence = (session.sequence + 1) >>> 0;
    const { frame, authority } = command;
    const reader = new JuteReader(frame, REQUEST_HEADER_BYTES);
    const opcode = intAt(frame, 4);
    switch (opcode) {
      case OPCODE.closeSession:
        return this.#close(session, stamp);
      case OPCODE.multi: {
        const operations = readMulti(reader);
        const items = applyMulti(this.#tree, operations, authority, stamp, this.#listener);
        return { kind: "multi", zxid: stamp.zxid, items };
      }
    }
    const operation = opcode === OPCODE.check ? null : readWriteOperation(opcode, reader);
    if (operation === null) return ERROR.unimplemented;
    const change = prepare(this.#tree, operation, authority);
    return typeof change === "number" ? change : commit(this.#tree, change, stamp, this.#listener);
  }

  /** What ends with the session goes with it, in the same transaction. */
  #close(session: Session, stamp: Stamp): ZooKeeperResult {
    for (const node of this.#tree.ephemeralsOf(session.id)) {
      removeNode(this.#tree, node, pathOf(node), stamp, this.#listener);
    }
    this.#sessions.remove(session);
    this.#listener?.closed(session);
    return { kind: "sessionClosed", zxid: stamp.zxid };
  }

  #reap(path: string, neverUsedMillis: number, stamp: Stamp): ZooKeeperResult | Refusal {
    const node = this.#tree.find(path);
    if (node === null) return ERROR.noNode;
    // It has been used since the leader looked.
    if (!isOver(node, stamp.time, neverUsedMillis)) return ERROR.notEmpty;
    removeNode(this.#tree, node, path, stamp, this.#listener);
    return { kind: "deleted", zxid: stamp.zxid };
  }
}

function attached({ id, timeoutMillis, password }: Session, zxid: number): ZooKeeperResult {
  return { kind: "attached", zxid, introduction: { session: id, timeoutMillis, password } };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
