import { utf8Encode } from "@quorate/core";
import { Version } from "../../../src/etcd/store/version.ts";

/** A put, or the deletion, of a key at a revision. */
export function versionOf(key: string, mod: number, value: string | null = "x"): Version {
  const isDeletion = value === null;
  const life = { create: isDeletion ? 0 : mod, count: isDeletion ? 0 : 1 };
  return new Version({ key, mod, sub: 0, ...life, value: utf8Encode(value ?? ""), lease: 0n });
}
