import type { JuteReader } from "./jute-reader.ts";

/** What a watch tells. */
export interface WatcherEvent {
  /** ZooKeeper's name for it. */
  readonly name: string;
  readonly path: string;
  /** Of the change; null where the server does not say it. */
  readonly zxid: bigint | null;
}

const NAMES: Readonly<Record<number, string>> = {
  1: "NodeCreated",
  2: "NodeDeleted",
  3: "NodeDataChanged",
  4: "NodeChildrenChanged",
};

/** The event behind a head with that zxid; null for one about no node. */
export function decodeWatcherEvent(reader: JuteReader, zxid: bigint): WatcherEvent | null {
  const name = NAMES[reader.int()];
  reader.int(); // the state of the connection
  return name === undefined
    ? null
    : { name, path: reader.ustring(), zxid: zxid > 0n ? zxid : null };
}
