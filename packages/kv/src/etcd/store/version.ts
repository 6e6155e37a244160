import type { KeyText } from "./key-order.ts";

/** One change of one key; never altered once it is written. */
export interface Version {
  readonly key: KeyText;
  /** The revision that made it. */
  readonly mod: number;
  /** Its place among the changes of that revision. */
  readonly sub: number;
  /** Revision of the put that began this life of the key. */
  readonly create: number;
  /** 1 for that put, then one more each; 0 for a deletion. */
  readonly count: number;
  /** Null: the key was deleted. */
  readonly value: Uint8Array | null;
  readonly lease: bigint;
}

/** A version that is no deletion. */
export type LiveVersion = Version & { readonly value: Uint8Array };

export function isLive(version: Version | undefined): version is LiveVersion {
  return version !== undefined && version.value !== null;
}

/** What a version takes in memory, beside its key and value; measured, and only for the status. */
const OVERHEAD_BYTES = 120;

export function versionBytes(version: Version): number {
  return OVERHEAD_BYTES + version.key.length + (version.value?.length ?? 0);
}
