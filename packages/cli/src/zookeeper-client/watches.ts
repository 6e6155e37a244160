import { JuteWriter } from "./jute-writer.ts";
import { OPCODE, type Request } from "./requests.ts";

/** The lists in which a client that comes to another server names the watches that it left. */
const LISTS = ["data", "exist", "child", "persistent", "recursive"] as const;
export type WatchList = (typeof LISTS)[number];

/** A watch that stays until it fires, or for good. */
export interface LeftWatch {
  readonly list: WatchList;
  readonly path: string;
}

const MODES = { persistent: 0, recursive: 1 } as const;
export type AddWatchMode = keyof typeof MODES;

/** Leaves a watch that goes on when it has fired. */
export function addWatch(path: string, mode: AddWatchMode): Request {
  const body = new JuteWriter().ustring(path).int(MODES[mode]).finish();
  return { opcode: OPCODE.addWatch, body };
}

/**
 * Leaves a watch again on another server, which tells at once of what one-shot watches missed since
 * the zxid.
 */
export function setWatches({ list, path }: LeftWatch, since: bigint): Request {
  // Servers of before 3.6 know the first three lists only.
  const isOld = list === "data" || list === "exist" || list === "child";
  const writer = new JuteWriter().long(since);
  for (const each of isOld ? LISTS.slice(0, 3) : LISTS) {
    writer.ustrings(each === list ? [path] : []);
  }
  return { opcode: isOld ? OPCODE.setWatches : OPCODE.setWatches2, body: writer.finish() };
}
