import type { Entry } from "../../entry.ts";

/** 32 bits that depend on everything that an entry says. */
export function entryDigest({ index, term, time, kind, data }: Entry): number {
  let hash = mix(0x811c_9dc5, index);
  hash = mix(hash, term);
  hash = mix(hash, time >>> 0);
  hash = mix(hash, kind.length);
  for (let i = 0; i < data.length; i++) hash = mix(hash, data[i] ?? 0);
  return hash;
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x0100_0193);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
