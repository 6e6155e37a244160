import { assert } from "@quorate/core";
import { OPCODE, type Stamp } from "../codec/index.ts";
import { statOf, type DataTree, type Znode } from "../store/index.ts";
import type { NodeListener } from "../watch/index.ts";
import { parentOf, type Change } from "./change.ts";
import type { OperationResult } from "./result.ts";

/** Makes a change that was prepared against the tree as it is, and tells who listens. */
export function commit(
  tree: DataTree,
  change: Change,
  stamp: Stamp,
  listener: NodeListener | null,
): OperationResult {
  const { zxid } = stamp;
  const { path } = change;
  switch (change.kind) {
    case "create": {
      const parent = nodeAt(tree, parentOf(path));
      const name = path.slice(path.lastIndexOf("/") + 1);
      const { data, acl, nodeKind: kind } = change;
      const node = tree.create(parent, name, { kind, data, acl }, stamp);
      listener?.nodeCreated({ path, zxid, acl: node.acl, parentAcl: parent.acl });
      const stat = change.opcode === OPCODE.create ? null : statOf(node);
      return { kind: "created", zxid, path, stat };
    }
    case "setData": {
      const node = nodeAt(tree, path);
      tree.setData(node, change.data, stamp);
      listener?.nodeChanged({ path, zxid, acl: node.acl });
      return { kind: "changed", zxid, stat: statOf(node) };
    }
    case "setAcl": {
      const node = nodeAt(tree, path);
      tree.setAcl(node, change.acl);
      return { kind: "changed", zxid, stat: statOf(node) };
    }
    case "delete":
      removeNode(tree, nodeAt(tree, path), path, stamp, listener);
      return { kind: "deleted", zxid };
    case "check":
      return { kind: "checked", zxid };
  }
}

/** Deletes a leaf and tells who listens. */
export function removeNode(
  tree: DataTree,
  node: Znode,
  path: string,
  stamp: Stamp,
  listener: NodeListener | null,
): void {
  const { acl, parent } = node;
  tree.delete(node, stamp);
  const parentAcl = parent?.acl ?? acl;
  listener?.nodeDeleted({ path, zxid: stamp.zxid, acl, parentAcl });
}

function nodeAt(tree: DataTree, path: string): Znode {
  const node = tree.find(path);
  assert(node !== null, "a change was prepared for nodes that are there");
  return node;
}
