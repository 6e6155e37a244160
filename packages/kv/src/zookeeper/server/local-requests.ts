import { toQuorateError, utf8Decode } from "@quorate/core";
import type { ZooKeeperStateMachine } from "../apply/index.ts";
import {
  beginReply,
  ERROR,
  intAt,
  JuteReader,
  OPCODE,
  PERMISSION,
  readAuth,
  readRead,
  readSetWatches,
  REQUEST_HEADER_BYTES,
  writeAcl,
  writeBareReply,
  writeIdentities,
  writeStat,
  XID,
  type JuteWriter,
  type ReadRequest,
  type Refusal,
  type SetWatchesRequest,
} from "../codec/index.ts";
import { anyoneMay, statOf, type Znode } from "../store/index.ts";
import { setWatches, type Watcher, type WatchTable } from "../watch/index.ts";
import type { Identities } from "./identities.ts";

/** What requests are answered from that need no place in the log. */
export interface LocalSite {
  readonly machine: ZooKeeperStateMachine;
  readonly identities: Identities;
  readonly writer: JuteWriter;
  readonly watches: WatchTable;
  /** The connection, and how many watches it may have. */
  readonly watcher: Watcher;
  readonly watchesMax: number;
}

/** Whether the connection goes on after a reply. */
export type Afterwards = "goesOn" | "ends";

/** The zxid in replies that are given without looking at the state. */
const NO_ZXID = { auth: 0, unknownOpcode: -1 } as const;

/** Answers a request from this member's own state. */
export function answerLocally(site: LocalSite, frame: Uint8Array): Afterwards {
  const xid = intAt(frame, 0);
  try {
    return answer(site, xid, intAt(frame, 4), new JuteReader(frame, REQUEST_HEADER_BYTES));
  } catch (thrown) {
    const error = toQuorateError(thrown);
    if (error.code !== "ERR_MALFORMED") throw error;
    return refuse(site, xid, ERROR.marshallingError);
  }
}

function answer(site: LocalSite, xid: number, opcode: number, reader: JuteReader): Afterwards {
  const { machine, writer } = site;
  switch (opcode) {
    case OPCODE.exists:
    case OPCODE.getData:
    case OPCODE.getChildren:
    case OPCODE.getChildren2:
      return read(site, xid, opcode, readRead(reader));
    case OPCODE.getAcl:
      return getAcl(site, xid, reader.text());
    case OPCODE.sync: {
      const path = reader.ustring();
      const frame = beginReply(writer, xid, machine.lastZxid);
      writer.ustring(path);
      writer.endFrame(frame);
      return "goesOn";
    }
    case OPCODE.ping:
      writeBareReply(writer, XID.ping, machine.lastZxid, ERROR.ok);
      return "goesOn";
    case OPCODE.auth: {
      const { scheme, credentials } = readAuth(reader);
      const isProved = site.identities.prove(scheme, utf8Decode(credentials));
      const error = isProved ? ERROR.ok : ERROR.authFailed;
      writeBareReply(writer, xid, NO_ZXID.auth, error);
      return isProved ? "goesOn" : "ends";
    }
    case OPCODE.whoAmI: {
      const frame = beginReply(writer, xid, machine.lastZxid);
      writeIdentities(writer, site.identities.all);
      writer.endFrame(frame);
      return "goesOn";
    }
    case OPCODE.setWatches:
    case OPCODE.setWatches2:
      return resumeWatches(site, xid, readSetWatches(reader, opcode === OPCODE.setWatches2));
    case OPCODE.setAcl:
    case OPCODE.multi:
    case OPCODE.reconfig:
    case OPCODE.checkWatches:
    case OPCODE.removeWatches:
    case OPCODE.createContainer:
    case OPCODE.createTtl:
    case OPCODE.multiRead:
    case OPCODE.sasl:
    case OPCODE.getEphemerals:
    case OPCODE.getAllChildrenNumber:
    case OPCODE.addWatch:
      return refuse(site, xid, ERROR.unimplemented);
    default:
      // Of a client that asks for what does not exist nothing is known any more.
      writeBareReply(writer, xid, NO_ZXID.unknownOpcode, ERROR.unimplemented);
      return "ends";
  }
}

function read(
  site: LocalSite,
  xid: number,
  opcode: (typeof OPCODE)["exists" | "getData" | "getChildren" | "getChildren2"],
  { path, watch }: ReadRequest,
): Afterwards {
  if (watch && !mayWatch(site, 1)) return refuse(site, xid, ERROR.throttledOp);
  if (opcode === OPCODE.exists && path.includes("\0")) return refuse(site, xid, ERROR.badArguments);
  const node = site.machine.tree.find(path);
  const { watches, watcher } = site;
  if (node === null) {
    // Of a node that is not there, the creation can be waited for, and nothing else.
    if (watch && opcode === OPCODE.exists) watches.add("data", path, watcher);
    return refuse(site, xid, ERROR.noNode);
  }
  if (!anyoneMay(node.acl, PERMISSION.read)) return refuse(site, xid, ERROR.noAuth);
  const listsChildren = opcode === OPCODE.getChildren || opcode === OPCODE.getChildren2;
  if (watch) watches.add(listsChildren ? "children" : "data", path, watcher);
  const { writer } = site;
  const frame = beginReply(writer, xid, site.machine.lastZxid);
  if (opcode === OPCODE.getData) writer.buffer(node.data);
  if (listsChildren) writeChildren(writer, node);
  if (opcode !== OPCODE.getChildren) writeStat(writer, statOf(node));
  writer.endFrame(frame);
  return "goesOn";
}

/** Persistent watches come with their own part of the service. */
function resumeWatches(site: LocalSite, xid: number, request: SetWatchesRequest): Afterwards {
  const { data, exist, child, persistent } = request;
  if (persistent.length > 0) return refuse(site, xid, ERROR.unimplemented);
  if (!mayWatch(site, data.length + exist.length + child.length)) {
    return refuse(site, xid, ERROR.throttledOp);
  }
  const { machine, writer, watches, watcher } = site;
  setWatches(request, machine.tree, watches, watcher);
  writeBareReply(writer, xid, machine.lastZxid, ERROR.ok);
  return "goesOn";
}

function mayWatch({ watches, watcher, watchesMax }: LocalSite, more: number): boolean {
  return watches.countOf(watcher) + more <= watchesMax;
}

function writeChildren(writer: JuteWriter, { children }: Znode): void {
  writer.int(children?.size ?? 0);
  for (const name of children?.keys() ?? []) writer.ustring(name);
}

function getAcl(site: LocalSite, xid: number, path: string): Afterwards {
  const node = site.machine.tree.find(path);
  if (node === null) return refuse(site, xid, ERROR.noNode);
  if (!anyoneMay(node.acl, PERMISSION.read | PERMISSION.admin)) {
    return refuse(site, xid, ERROR.noAuth);
  }
  const { writer } = site;
  const frame = beginReply(writer, xid, site.machine.lastZxid);
  writeAcl(writer, node.acl);
  writeStat(writer, statOf(node));
  writer.endFrame(frame);
  return "goesOn";
}

function refuse({ machine, writer }: LocalSite, xid: number, error: Refusal): Afterwards {
  writeBareReply(writer, xid, machine.lastZxid, error);
  return "goesOn";
}
