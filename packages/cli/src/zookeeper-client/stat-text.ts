import { createColors } from "picocolors";
import type { Output } from "../terminal/terminal.ts";
import type { Stat } from "./stat.ts";

/**
 * A node's versions, times and zxids, with the names and in the order of ZooKeeper's own client; for
 * a person with how long ago the times were.
 */
export function statText(stat: Stat, { isTerminal, colours }: Output): string {
  const { dim, cyan } = createColors(colours);
  const time = (ms: bigint): string =>
    isTerminal && ms > 0n
      ? `${timeText(ms)}${dim(ageText(Date.now() - Number(ms)))}`
      : timeText(ms);
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
  return rows.map(([name, value]) => `${cyan(name)} = ${value}\n`).join("");
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

function timeText(ms: bigint): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** Nothing for a time that is yet to come: clocks differ. */
function ageText(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length);
  return unit === undefined ? "" : `  ${Math.floor(ms / unit[1])} ${unit[0]} ago`;
}
