import { assert } from "@quorate/core";
import type { Acl } from "../codec/records.ts";
import { OPEN_ACL, READ_ONLY_ACL } from "./access-lists.ts";

interface Pooled {
  readonly acl: Acl;
  nodes: number;
}

/** The access lists of a tree: nodes with equal ones share one, as long as any node has it. */
export class AclPool {
  readonly #lists = new Map<string, Pooled>();

  constructor() {
    // These stay, so that a list can be told to be open by looking at which it is.
    for (const acl of [OPEN_ACL, READ_ONLY_ACL]) this.#lists.set(keyOf(acl), { acl, nodes: 1 });
  }

  /** The list that is equal to this one, for one more node. */
  take(acl: Acl): Acl {
    if (acl === OPEN_ACL) return acl;
    const key = keyOf(acl);
    const pooled = this.#lists.get(key);
    if (pooled === undefined) {
      this.#lists.set(key, { acl, nodes: 1 });
      return acl;
    }
    if (pooled.acl !== OPEN_ACL) pooled.nodes++;
    return pooled.acl;
  }

  /** A node has it no longer. */
  release(acl: Acl): void {
    if (acl === OPEN_ACL) return;
    const key = keyOf(acl);
    const pooled = this.#lists.get(key);
    assert(pooled !== undefined, "a list is released as often as it was taken");
    if (--pooled.nodes === 0) this.#lists.delete(key);
  }
}

/** Different for different lists: lengths keep texts apart. */
function keyOf(acl: Acl): string {
  return acl
    .map(({ permissions, scheme, id }) => `${permissions},${scheme.length},${scheme},${id}`)
    .map((entry) => `${entry.length}:${entry}`)
    .join("");
}
