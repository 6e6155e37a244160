import {
  CREATE_FLAGS,
  ERROR,
  PERMISSION,
  type Acl,
  type CreateRequest,
  type DeleteRequest,
  type Refusal,
  type SetDataRequest,
  type Stamp,
} from "../codec/index.ts";
import {
  anyoneMay,
  isOpen,
  isSpecialPath,
  isValidPath,
  OPEN_ACL,
  type DataTree,
  type Znode,
} from "../store/index.ts";

/** A version that matches every other. */
const ANY_VERSION = -1;

/** What a create made. */
export interface Created {
  readonly path: string;
  readonly node: Znode;
}

/** Looks for what is wrong in ZooKeeper's order: clients tell errors apart by which comes first. */
export function create(tree: DataTree, request: CreateRequest, stamp: Stamp): Created | Refusal {
  const refusal = checkFlags(request.flags);
  if (refusal !== null) return refusal;
  const slash = request.path.lastIndexOf("/");
  if (slash < 0 || request.path.includes("\0")) return ERROR.badArguments;
  const badAcl = checkAcl(request.acl);
  if (badAcl !== null) return badAcl;
  const parent = tree.find(request.path.slice(0, slash));
  if (parent === null) return ERROR.noNode;
  if (!anyoneMay(parent.acl, PERMISSION.create)) return ERROR.noAuth;
  const isSequential = request.flags === CREATE_FLAGS.persistentSequential;
  const path = isSequential ? request.path + sequenceSuffix(parent.creations) : request.path;
  if (!isValidPath(path)) return ERROR.badArguments;
  const name = path.slice(slash + 1);
  // Without a name it is the root itself.
  if (name === "" || parent.children?.has(name)) return ERROR.nodeExists;
  const node = tree.create(parent, name, { data: request.data, acl: OPEN_ACL }, stamp);
  return { path, node };
}

export function setData(tree: DataTree, request: SetDataRequest, stamp: Stamp): Znode | Refusal {
  if (!isValidPath(request.path)) return ERROR.badArguments;
  const node = tree.find(request.path);
  if (node === null) return ERROR.noNode;
  if (!anyoneMay(node.acl, PERMISSION.write)) return ERROR.noAuth;
  if (!matches(request.version, node)) return ERROR.badVersion;
  tree.setData(node, request.data, stamp);
  return node;
}

/** @returns null when the node is gone */
export function remove(tree: DataTree, request: DeleteRequest, stamp: Stamp): Refusal | null {
  const { path } = request;
  if (!path.includes("/") || path.includes("\0") || isSpecialPath(path)) return ERROR.badArguments;
  const node = tree.find(path);
  if (node === null || node.parent === null) return ERROR.noNode;
  if (!anyoneMay(node.parent.acl, PERMISSION.delete)) return ERROR.noAuth;
  if (!matches(request.version, node)) return ERROR.badVersion;
  if ((node.children?.size ?? 0) > 0) return ERROR.notEmpty;
  tree.delete(node, stamp);
  return null;
}

function checkFlags(flags: number): Refusal | null {
  switch (flags) {
    case CREATE_FLAGS.persistent:
    case CREATE_FLAGS.persistentSequential:
      return null;
    case CREATE_FLAGS.ephemeral:
    case CREATE_FLAGS.ephemeralSequential:
    case CREATE_FLAGS.container:
    case CREATE_FLAGS.persistentTtl:
    case CREATE_FLAGS.persistentSequentialTtl:
      return ERROR.unimplemented;
    default:
      return ERROR.badArguments;
  }
}

/** A list that would keep somebody out must not be taken as long as nobody is kept out. */
function checkAcl(acl: Acl | null): Refusal | null {
  if (acl === null || acl.length === 0) return ERROR.invalidAcl;
  return isOpen(acl) ? null : ERROR.unimplemented;
}

/** Ten digits, as Java's `%010d`: a counter that has run over is negative. */
function sequenceSuffix(counter: number): string {
  return counter < 0 ? `-${String(-counter).padStart(9, "0")}` : String(counter).padStart(10, "0");
}

function matches(version: number, node: Znode): boolean {
  return version === ANY_VERSION || version === node.version;
}
