import { ERROR, type Stamp, type WriteOperation, type ZooKeeperError } from "../codec/index.ts";
import type { DataTree } from "../store/index.ts";
import type { NodeListener } from "../watch/index.ts";
import type { Change } from "./change.ts";
import { commit } from "./commit.ts";
import { Draft } from "./draft.ts";
import { prepare, type Authority } from "./prepare.ts";
import type { MultiItem } from "./result.ts";

/** All of the operations, each seeing those before it, or none: then every result is an error. */
export function applyMulti(
  tree: DataTree,
  operations: readonly WriteOperation[],
  authority: Authority,
  stamp: Stamp,
  listener: NodeListener | null,
): readonly MultiItem[] {
  const draft = new Draft(tree);
  const changes: Change[] = [];
  for (const operation of operations) {
    const change = prepare(draft, operation, authority);
    if (typeof change === "number") return failures(operations.length, changes.length, change);
    draft.add(change);
    changes.push(change);
  }
  return changes.map((change) => ({
    kind: "done",
    result: commit(tree, change, stamp, listener),
  }));
}

/** Those before the one that failed did nothing wrong; those behind it were not looked at. */
function failures(count: number, failed: number, error: ZooKeeperError): readonly MultiItem[] {
  return Array.from({ length: count }, (_, i) => {
    if (i < failed) return { kind: "undone", error: ERROR.ok };
    return { kind: "undone", error: i === failed ? error : ERROR.runtimeInconsistency };
  });
}
