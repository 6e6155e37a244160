import { utf8Encode, type Prng } from "@quorate/core";
import type { Alarm } from "../../../src/etcd/alarm/alarms.ts";

/** What a generator knows of the member that it asks. */
export interface World {
  readonly revision: number;
  readonly compacted: number;
  /** Leases that were granted, some of which may be gone. */
  readonly leases: readonly bigint[];
  /** The member's id, as the wire has it. */
  readonly member: bigint;
}

/** As a request has it: every key. */
export const EVERYTHING = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };

/** What has to be ended before all is as in the beginning. */
export interface Remains {
  readonly leases: readonly bigint[];
  readonly alarms: readonly Alarm[];
}

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;

/** The numbers at which implementations go wrong. */
export const EDGES: readonly bigint[] = [
  0n,
  1n,
  -1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 48n,
  2n ** 53n,
  2n ** 53n + 1n,
  INT64_MAX,
  INT64_MAX - 1n,
  INT64_MIN,
];

/** Few, so that requests meet; beside each other in every way that byte order knows. */
const KEYS = ["a", "a\0", "aa", "ab", "b", "ba", "c", "d", "\0", "\xff", "\xff\xff", "e/1"].map(
  latin1,
);

const ENDS = ["\0", "\0\0", "a", "ab", "b", "c", "f", "\xff", "\xff\xff\xff"].map(latin1);

const TEXTS = ["", "root", "name", "p\0q", "☃", "http://127.0.0.1:2380", "3.5.0"].map(utf8Encode);

/** Half a character, a surrogate, a form too long, and what is never text. */
const NO_TEXTS = ["\xe2\x98", "\xed\xa0\x80", "\xc0\x80", "\xff\xfe"].map(latin1);

/** A lease of so many seconds lives to see the end of a run. */
export const TTL_SECONDS_LONG = 1000;

const TTLS = [0n, 1n, 2n, 5n, 60n, 9_000_000_001n];
const LONG_TTLS = [BigInt(TTL_SECONDS_LONG), 3600n, 86_400n, 9_000_000_000n];

export function anyKey(prng: Prng): Uint8Array {
  if (prng.chance(0.94)) return prng.pick(KEYS);
  if (prng.chance(0.3)) return new Uint8Array(0);
  return anyBytes(prng, prng.pick([1, 2, 30, 300]));
}

export function anyRangeEnd(prng: Prng): Uint8Array {
  if (prng.chance(0.7)) return prng.pick(ENDS);
  return prng.chance(0.5) ? anyKey(prng) : anyBytes(prng, prng.below(4));
}

export function anyValue(prng: Prng): Uint8Array {
  if (prng.chance(0.9)) return prng.pick(KEYS);
  return anyBytes(prng, prng.pick([0, 1, 100, 100, 5000]));
}

export function anyText(prng: Prng): Uint8Array {
  return prng.pick(prng.chance(0.8) ? TEXTS : NO_TEXTS);
}

export function anyBytes(prng: Prng, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => prng.below(256));
}

/** An integer for the field of this name: mostly one that means something, sometimes an edge. */
export function anyInteger(prng: Prng, name: string, world: World): bigint {
  if (prng.chance(0.06)) return prng.pick(EDGES);
  switch (name) {
    case "revision":
    case "start_revision":
      return prng.chance(0.3) ? 0n : aRevision(prng, world);
    case "min_mod_revision":
    case "max_mod_revision":
    case "min_create_revision":
    case "max_create_revision":
    case "mod_revision":
    case "create_revision":
      return prng.chance(0.1) ? 0n : aRevision(prng, world);
    case "lease":
      return aLease(prng, world);
    case "TTL":
      return prng.pick(prng.chance(0.7) ? LONG_TTLS : TTLS);
    case "member":
      return prng.pick([world.member, 0n, 1n]);
    case "counted":
    case "deadline":
      return BigInt(prng.below(200) * 100);
    default:
      return BigInt(prng.below(4));
  }
}

/** Somewhere in history, at its ends, or just beyond them. */
function aRevision(prng: Prng, { revision, compacted }: World): bigint {
  if (prng.chance(0.7)) return BigInt(prng.between(Math.max(compacted, 1), revision));
  const end = prng.chance(0.5) ? compacted : revision;
  return BigInt(end + prng.between(-2, 2));
}

function aLease(prng: Prng, { leases }: World): bigint {
  if (leases.length > 0 && prng.chance(0.6)) return prng.pick(leases);
  return prng.chance(0.3) ? 0n : BigInt(prng.between(1, 12));
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
