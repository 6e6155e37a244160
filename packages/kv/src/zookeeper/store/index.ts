export { DataTree, type NodeContent } from "./data-tree.ts";
export { CONTAINER, isOver, PERSISTENT, type NodeKind } from "./node-kind.ts";
export { isSpecialPath, isValidPath, pathsOver, type PathIndex } from "./path.ts";
export type { PinnedTree } from "./pinned-tree.ts";
export { decodeLimits, exceeds, limitsPath, type Usage } from "./quota.ts";
export { pathOf, statOf, subtree, type Znode, type ZnodeState } from "./znode.ts";
