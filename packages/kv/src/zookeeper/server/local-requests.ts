import { toQuorateError } from "@quorate/core";
import { permits, type Requester } from "../access/index.ts";
import type { ZooKeeperStateMachine } from "../apply/index.ts";
import {
  beginMultiResult,
  beginReply,
  endMultiResults,
  ERROR,
  intAt,
  JuteReader,
  OPCODE,
  PERMISSION,
  readMultiRead,
  readRead,
  readSetWatches,
  readWatchRequest,
  REQUEST_HEADER_BYTES,
  writeAcl,
  writeBareReply,
  writeIdentities,
  writeMultiError,
  writeStat,
  XID,
  type Acl,
  type JuteWriter,
  type MultiReadOperation,
  type ReadRequest,
  type Refusal,
  type SessionId,
} from "../codec/index.ts";
import { pathOf, statOf, subtree, type Znode } from "../store/index.ts";
import { shown } from "./identities.ts";
import type { ServerStats } from "./server-stats.ts";
import {
  addWatch,
  checkWatches,
  mayWatch,
  removeWatches,
  resumeWatches,
  type OwnWatches,
} from "./watch-requests.ts";

/** What requests are answered from that need no place in the log. */
export interface LocalSite {
  readonly machine: ZooKeeperStateMachine;
  readonly session: SessionId;
  readonly requester: Requester;
  readonly writer: JuteWriter;
  readonly watches: OwnWatches;
  readonly stats: ServerStats;
  /** What `/zookeeper/config` tells: as in ZooKeeper, what this server was started with. */
  readonly membership: Uint8Array;
  /** Of the reply to a request that asks for much at once. */
  readonly replyBytesMax: number;
}

/** Whether the connection goes on after a reply. */
export type Afterwards = "goesOn" | "ends";

/** How a request was answered; a refusal is still to be told. */
type Answer = "answered" | "unknown" | Refusal;

/** The zxid in a reply to what nobody knows. */
const NO_ZXID = -1;

/** Answers a request from this member's own state. */
export function answerLocally(site: LocalSite, frame: Uint8Array): Afterwards {
  const { writer, machine } = site;
  const xid = intAt(frame, 0);
  const answer = tryAnswer(site, xid, frame);
  switch (answer) {
    case "answered":
      return "goesOn";
    case "unknown":
      // Of a client that asks for what does not exist nothing is known any more.
      writeBareReply(writer, xid, NO_ZXID, ERROR.unimplemented);
      return "ends";
    default:
      if (answer === ERROR.throttledOp) site.stats.counts.throttled++;
      writeBareReply(writer, xid, machine.lastZxid, answer);
      return "goesOn";
  }
}

function tryAnswer(site: LocalSite, xid: number, frame: Uint8Array): Answer {
  try {
    return answerTo(site, xid, intAt(frame, 4), new JuteReader(frame, REQUEST_HEADER_BYTES));
  } catch (thrown) {
    const error = toQuorateError(thrown);
    if (error.code !== "ERR_MALFORMED") throw error;
    return ERROR.marshallingError;
  }
}

function answerTo(site: LocalSite, xid: number, opcode: number, reader: JuteReader): Answer {
  const { machine, watches } = site;
  switch (opcode) {
    case OPCODE.exists:
    case OPCODE.getData:
    case OPCODE.getChildren:
    case OPCODE.getChildren2:
      return read(site, xid, opcode, readRead(reader));
    case OPCODE.multiRead:
      return multiRead(site, xid, readMultiRead(reader));
    case OPCODE.getAcl:
      return getAcl(site, xid, reader.text());
    case OPCODE.getAllChildrenNumber:
      return countDescendants(site, xid, reader.text());
    case OPCODE.getEphemerals:
      return getEphemerals(site, xid, reader.ustring() ?? "");
    case OPCODE.sync: {
      const path = reader.ustring();
      return reply(site, xid, (writer) => writer.ustring(path));
    }
    case OPCODE.ping:
      return reply(site, XID.ping, () => {});
    case OPCODE.whoAmI:
      return reply(site, xid, (writer) =>
        writeIdentities(writer, site.requester.identities.map(shown)),
      );
    case OPCODE.setWatches:
    case OPCODE.setWatches2: {
      const request = readSetWatches(reader, opcode === OPCODE.setWatches2);
      const refusal = resumeWatches(watches, request, machine.tree);
      return refusal ?? reply(site, xid, () => {});
    }
    case OPCODE.addWatch:
      // Answers with an error of its own, which is none.
      return (
        addWatch(watches, readWatchRequest(reader)) ??
        reply(site, xid, (writer) => writer.int(ERROR.ok))
      );
    case OPCODE.checkWatches:
      return checkWatches(watches, readWatchRequest(reader)) ?? reply(site, xid, () => {});
    case OPCODE.removeWatches:
      return removeWatches(watches, readWatchRequest(reader)) ?? reply(site, xid, () => {});
    case OPCODE.reconfig:
    case OPCODE.sasl:
      return ERROR.unimplemented;
    default:
      return "unknown";
  }
}

type ReadOpcode = (typeof OPCODE)["exists" | "getData" | "getChildren" | "getChildren2"];

function read(site: LocalSite, xid: number, opcode: ReadOpcode, request: ReadRequest): Answer {
  const node = look(site, opcode, request);
  if (typeof node === "number") return node;
  return reply(site, xid, (writer) => {
    const data = dataOf(site, node);
    writeContent(writer, opcode, node, data);
    if (opcode === OPCODE.getChildren) return;
    writeStat(writer, { ...statOf(node), dataLength: data?.length ?? 0 });
  });
}

const CONFIG_PATH = "/zookeeper/config";

/** The data of a node, of which that of one is not in the tree unless somebody wrote it. */
function dataOf({ membership }: LocalSite, node: Znode): Uint8Array | null {
  const isOwn = node.name === "config" && node.version === 0 && pathOf(node) === CONFIG_PATH;
  return isOwn ? membership : node.data;
}

/** Each read gives its own result or its own error; the whole fails only if that is too much. */
function multiRead(
  site: LocalSite,
  xid: number,
  operations: readonly MultiReadOperation[],
): Answer {
  const { writer, machine, replyBytesMax } = site;
  const start = writer.length;
  const frame = beginReply(writer, xid, machine.lastZxid);
  for (const operation of operations) {
    const { opcode } = operation;
    // As ZooKeeper does, it leaves no watches, whatever it is asked.
    const node = look(site, opcode, { ...operation, watch: false });
    if (typeof node === "number") writeMultiError(writer, node);
    else {
      beginMultiResult(writer, opcode);
      const data = dataOf(site, node);
      writeContent(writer, opcode, node, data);
      if (opcode === OPCODE.getData) {
        writeStat(writer, { ...statOf(node), dataLength: data?.length ?? 0 });
      }
    }
    if (writer.length - start > replyBytesMax) {
      writer.truncate(start);
      return ERROR.badArguments;
    }
  }
  endMultiResults(writer);
  writer.endFrame(frame);
  return "answered";
}

/** Finds the node, if the client may see it, and leaves the watch that the client wants. */
function look(site: LocalSite, opcode: ReadOpcode, { path, watch }: ReadRequest): Znode | Refusal {
  const { table, watcher } = site.watches;
  if (watch && !mayWatch(site.watches, [path])) return ERROR.throttledOp;
  if (opcode === OPCODE.exists && path.includes("\0")) return ERROR.badArguments;
  const node = site.machine.tree.find(path);
  if (node === null) {
    // Of a node that is not there, the creation can be waited for, and nothing else.
    if (watch && opcode === OPCODE.exists) table.add("data", path, watcher);
    return ERROR.noNode;
  }
  if (!permits(node.acl, PERMISSION.read, site.requester)) return ERROR.noAuth;
  if (watch) table.add(listsChildren(opcode) ? "children" : "data", path, watcher);
  return node;
}

function writeContent(
  writer: JuteWriter,
  opcode: ReadOpcode,
  node: Znode,
  data: Uint8Array | null,
): void {
  if (opcode === OPCODE.getData) writer.buffer(data);
  if (!listsChildren(opcode)) return;
  writer.int(node.numChildren);
  for (const name of node.children?.keys() ?? []) writer.ustring(name);
}

function listsChildren(opcode: ReadOpcode): boolean {
  return opcode === OPCODE.getChildren || opcode === OPCODE.getChildren2;
}

function getAcl(site: LocalSite, xid: number, path: string): Answer {
  const node = site.machine.tree.find(path);
  if (node === null) return ERROR.noNode;
  const { requester } = site;
  if (!permits(node.acl, PERMISSION.read | PERMISSION.admin, requester)) return ERROR.noAuth;
  const mayAdmin = permits(node.acl, PERMISSION.admin, requester);
  return reply(site, xid, (writer) => {
    writeAcl(writer, mayAdmin ? node.acl : masked(node.acl));
    writeStat(writer, statOf(node));
  });
}

/** Without the digests, from which passwords can be guessed. */
function masked(acl: Acl): Acl {
  return acl.map((entry) =>
    entry.scheme === "digest" ? { ...entry, id: `${entry.id.split(":", 1)[0] ?? ""}:x` } : entry,
  );
}

function countDescendants(site: LocalSite, xid: number, path: string): Answer {
  const { tree } = site.machine;
  const node = tree.find(path);
  if (node === null) return ERROR.noNode;
  if (!permits(node.acl, PERMISSION.read, site.requester)) return ERROR.noAuth;
  let count = -1; // the node itself
  if (node === tree.root) count += tree.count;
  else for (const _ of subtree(node)) count++;
  return reply(site, xid, (writer) => writer.int(count));
}

/** The client's own, whose paths begin as it says. */
function getEphemerals(site: LocalSite, xid: number, prefix: string): Answer {
  const nodes = site.machine.tree.ephemeralsOf(site.session);
  const paths = [...nodes].map(pathOf).filter((path) => path.startsWith(prefix));
  return reply(site, xid, (writer) => {
    writer.int(paths.length);
    for (const path of paths) writer.ustring(path);
  });
}

function reply(site: LocalSite, xid: number, write: (writer: JuteWriter) => void): Answer {
  const { writer } = site;
  const frame = beginReply(writer, xid, site.machine.lastZxid);
  write(writer);
  writer.endFrame(frame);
  return "answered";
}
