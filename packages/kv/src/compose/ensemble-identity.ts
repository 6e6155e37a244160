import { createHash } from "node:crypto";
import type { Configuration } from "@quorate/core";

/**
 * Names an ensemble by its servers and where they are: each arrives at the same from its own server
 * lines. ZooKeeper has no such name, and lets a server of another ensemble in.
 */
export function ensembleIdentity({ members }: Configuration): string {
  const lines = members.map(({ id, addresses }) => `${id}=${addresses.join("|")}`).sort();
  return createHash("sha1").update(lines.join("\n")).digest("hex").slice(0, 16);
}
