import {
  beginMultiResult,
  beginReply,
  endMultiResults,
  ERROR,
  OPCODE,
  writeBareReply,
  writeMultiError,
  writeStat,
  type JuteWriter,
} from "../codec/index.ts";
import type { MultiItem, OperationResult, ZooKeeperResult } from "../apply/index.ts";

/** Answers a write of a client with what applying it gave. */
export function writeReply(
  writer: JuteWriter,
  xid: number,
  result: Exclude<ZooKeeperResult, { kind: "attached" }>,
): void {
  switch (result.kind) {
    case "created":
    case "changed":
    case "deleted":
    case "checked": {
      const frame = beginReply(writer, xid, result.zxid);
      writeOperationResult(writer, result);
      return writer.endFrame(frame);
    }
    case "multi": {
      // Without an error even if nothing was done: clients read the results only then.
      const frame = beginReply(writer, xid, result.zxid);
      for (const item of result.items) writeItem(writer, item);
      endMultiResults(writer);
      return writer.endFrame(frame);
    }
    case "sessionClosed":
      return writeBareReply(writer, xid, result.zxid, ERROR.ok);
    case "refused":
      return writeBareReply(writer, xid, result.zxid, result.error);
  }
}

function writeItem(writer: JuteWriter, item: MultiItem): void {
  if (item.kind === "undone") return writeMultiError(writer, item.error);
  beginMultiResult(writer, resultOpcode(item.result));
  writeOperationResult(writer, item.result);
}

/** What a client reads a result of a `multi` by: every one with a new node's stat is of `create2`. */
function resultOpcode(result: OperationResult): number {
  switch (result.kind) {
    case "created":
      return result.stat === null ? OPCODE.create : OPCODE.create2;
    case "changed":
      return OPCODE.setData;
    case "deleted":
      return OPCODE.delete;
    case "checked":
      return OPCODE.check;
  }
}

function writeOperationResult(writer: JuteWriter, result: OperationResult): void {
  switch (result.kind) {
    case "created":
      writer.ustring(result.path);
      if (result.stat !== null) writeStat(writer, result.stat);
      return;
    case "changed":
      return writeStat(writer, result.stat);
    case "deleted":
    case "checked":
      return;
  }
}
