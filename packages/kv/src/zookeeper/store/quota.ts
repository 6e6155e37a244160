import { utf8Decode, utf8Encode } from "@quorate/core";

/** Nodes and bytes of a subtree, its root among them. */
export interface Usage {
  readonly count: number;
  readonly bytes: number;
}

/** What a subtree may use; -1 is without limit. A soft limit is for operators to watch. */
export interface Limits {
  readonly softCount: number;
  readonly softBytes: number;
  readonly hardCount: number;
  readonly hardBytes: number;
}

const ROOT = "/zookeeper/quota";

/** The nodes that say what a subtree may use, and what it uses: its quota. */
const LIMITS_NODE = "zookeeper_limits";
const STATS_NODE = "zookeeper_stats";

export function isQuotaName(name: string): boolean {
  return name === LIMITS_NODE || name === STATS_NODE;
}

export const limitsPath = (path: string): string => `${ROOT}${path}/${LIMITS_NODE}`;
export const statsPath = (path: string): string => `${ROOT}${path}/${STATS_NODE}`;

/** Which node of which path's quota this is; null for any other node. */
export function quotaNode(
  path: string,
): { readonly of: string; readonly node: "limits" | "stats" } | null {
  if (!path.startsWith(`${ROOT}/`)) return null;
  const slash = path.lastIndexOf("/");
  const of = path.slice(ROOT.length, slash);
  const name = path.slice(slash + 1);
  if (of === "") return null;
  if (name === LIMITS_NODE) return { of, node: "limits" };
  return name === STATS_NODE ? { of, node: "stats" } : null;
}

/** The text of a stats node. */
export function encodeUsage({ count, bytes }: Usage): Uint8Array {
  return utf8Encode(`count=${count},bytes=${bytes}`);
}

/** Null for a text that does not say. */
export function decodeUsage(data: Uint8Array | null): Usage | null {
  const values = valuesOf(data);
  const [count, bytes] = [values.get("count"), values.get("bytes")];
  return count === undefined || bytes === undefined ? null : { count, bytes };
}

/** What a limits node says; what it does not say is without limit. */
export function decodeLimits(data: Uint8Array | null): Limits {
  const values = valuesOf(data);
  return {
    softCount: values.get("count") ?? -1,
    softBytes: values.get("bytes") ?? -1,
    hardCount: values.get("countHardLimit") ?? -1,
    hardBytes: values.get("byteHardLimit") ?? -1,
  };
}

/** Whether no more may be used: what shrinks a subtree is never refused. */
export function exceeds(limits: Limits, usage: Usage, more: Usage): boolean {
  const { hardCount, hardBytes } = limits;
  return (
    (hardCount >= 0 && more.count > 0 && usage.count + more.count > hardCount) ||
    (hardBytes >= 0 && more.bytes > 0 && usage.bytes + more.bytes > hardBytes)
  );
}

/** `count=2,bytes=-1=;byteHardLimit=-1;countHardLimit=-1`, with an odd mark between old and new. */
function valuesOf(data: Uint8Array | null): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  if (data === null || data.length > TEXT_BYTES_MAX) return values;
  for (const part of utf8Decode(data).split(/[,;]/)) {
    const match = /^(\w+)=(-?\d+)/.exec(part);
    if (match !== null) values.set(match[1] as string, Number(match[2]));
  }
  return values;
}

/** A longer text is no quota's. */
const TEXT_BYTES_MAX = 1024;
