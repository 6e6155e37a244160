import { entryDigest, type CheckerFactory } from "@quorate/core/testing/sim";

/** PrefixConsistency (Zab.tla): of what two members have delivered, one is a prefix of the other. */
export const prefixConsistency: CheckerFactory = (_evidence, violated) => {
  const delivered: ({ readonly digest: number; readonly by: string } | undefined)[] = [];
  return {
    name: "prefix-consistency",
    applied: ({ id }, entries) => {
      for (const entry of entries) {
        const digest = entryDigest(entry);
        const known = delivered[entry.index];
        if (known === undefined) delivered[entry.index] = { digest, by: id };
        else if (known.digest !== digest) {
          violated(`${id} delivers another transaction at ${entry.index} than ${known.by}`);
        }
      }
    },
  };
};
