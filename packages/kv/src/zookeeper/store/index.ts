export { anyoneMay, isOpen, OPEN_ACL } from "./acl.ts";
export { DataTree } from "./data-tree.ts";
export { isSpecialPath, isValidPath } from "./path.ts";
export { PinnedTree } from "./pinned-tree.ts";
export { pathOf, statOf, Znode, type ZnodeState } from "./znode.ts";
