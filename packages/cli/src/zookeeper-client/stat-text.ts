import type { Stat } from "./messages.ts";

/** A node's versions, times and zxids, with the names and in the order of ZooKeeper's own client. */
export function statText(stat: Stat): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ["cZxid", hex(stat.czxid)],
    ["ctime", time(stat.ctime)],
    ["mZxid", hex(stat.mzxid)],
    ["mtime", time(stat.mtime)],
    ["pZxid", hex(stat.pzxid)],
    ["cversion", stat.cversion],
    ["dataVersion", stat.version],
    ["aclVersion", stat.aversion],
    ["ephemeralOwner", hex(stat.ephemeralOwner)],
    ["dataLength", stat.dataLength],
    ["numChildren", stat.numChildren],
  ];
  return rows.map(([name, value]) => `${name} = ${value}\n`).join("");
}

/** The same for JSON, whose numbers do not hold 64 bits. */
export function statJson(stat: Stat): Readonly<Record<string, string | number>> {
  return {
    czxid: hex(stat.czxid),
    mzxid: hex(stat.mzxid),
    pzxid: hex(stat.pzxid),
    ctime: Number(stat.ctime),
    mtime: Number(stat.mtime),
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeral_owner: hex(stat.ephemeralOwner),
    data_length: stat.dataLength,
    num_children: stat.numChildren,
  };
}

/** As ZooKeeper prints zxids and sessions: unsigned. */
export function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

function time(ms: bigint): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
