import { beginReply, writeBareReply, writeStat, type JuteWriter } from "../codec/index.ts";
import type { ZooKeeperResult } from "../apply/index.ts";
import { ERROR } from "../codec/index.ts";

/** Answers a write of a client with what applying it gave. */
export function writeReply(
  writer: JuteWriter,
  xid: number,
  result: Exclude<ZooKeeperResult, { kind: "attached" }>,
): void {
  switch (result.kind) {
    case "created": {
      const frame = beginReply(writer, xid, result.zxid);
      writer.ustring(result.path);
      if (result.stat !== null) writeStat(writer, result.stat);
      return writer.endFrame(frame);
    }
    case "changed": {
      const frame = beginReply(writer, xid, result.zxid);
      writeStat(writer, result.stat);
      return writer.endFrame(frame);
    }
    case "deleted":
    case "sessionClosed":
      return writeBareReply(writer, xid, result.zxid, ERROR.ok);
    case "refused":
      return writeBareReply(writer, xid, result.zxid, result.error);
  }
}
