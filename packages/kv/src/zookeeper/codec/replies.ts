import { ERROR, type ZooKeeperError } from "./error-code.ts";
import type { JuteWriter } from "./jute-writer.ts";
import { XID } from "./opcode.ts";

/** Begins a reply; its record follows when there is no error. Ends with `writer.endFrame`. */
export function beginReply(
  writer: JuteWriter,
  xid: number,
  zxid: number,
  error: ZooKeeperError = ERROR.ok,
): number {
  const frame = writer.beginFrame();
  writer.int(xid).long(zxid).int(error);
  return frame;
}

/** A reply that has no record: an error, or nothing to say. */
export function writeBareReply(
  writer: JuteWriter,
  xid: number,
  zxid: number,
  error: ZooKeeperError,
): void {
  writer.endFrame(beginReply(writer, xid, zxid, error));
}

/** `KeeperState.SyncConnected`: what a client that gets a notification is. */
const SYNC_CONNECTED = 3;

/** Tells a client that something happened, in that transaction, to a node that it watched. */
export function writeNotification(
  writer: JuteWriter,
  type: number,
  path: string,
  zxid: number,
): void {
  const frame = beginReply(writer, XID.notification, zxid);
  writer.int(type).int(SYNC_CONNECTED).ustring(path);
  writer.endFrame(frame);
}
