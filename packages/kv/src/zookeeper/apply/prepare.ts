import { fixUpAcl, permits, type Requester } from "../access/index.ts";
import {
  ERROR,
  PERMISSION,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type Refusal,
  type SessionId,
  type SetAclRequest,
  type SetDataRequest,
  type WriteOperation,
} from "../codec/index.ts";
import {
  decodeLimits,
  exceeds,
  isSpecialPath,
  isValidPath,
  limitsPath,
  type Usage,
} from "../store/index.ts";
import { parentOf, type Change } from "./change.ts";
import { createMode } from "./create-mode.ts";
import type { Nodes, NodeView } from "./nodes.ts";

/** Who asks for a change, and what the server that took the request allows. */
export interface Authority extends Requester {
  readonly session: SessionId;
  /** Whether nodes may have a time to live. */
  readonly extendedTypes: boolean;
  /** Whether hard limits of quotas are kept. */
  readonly enforceQuota: boolean;
}

/** A version that matches every other. */
const ANY_VERSION = -1;

/**
 * Finds out what an operation changes, or why it may not: looked for in ZooKeeper's order, since
 * clients tell errors apart by which comes first.
 */
export function prepare(
  nodes: Nodes,
  operation: WriteOperation,
  authority: Authority,
): Change | Refusal {
  switch (operation.kind) {
    case "create":
      return prepareCreate(nodes, operation, authority);
    case "setData":
      return prepareSetData(nodes, operation, authority);
    case "setAcl":
      return prepareSetAcl(nodes, operation, authority);
    case "delete":
      return prepareDelete(nodes, operation, authority);
    case "check":
      return prepareCheck(nodes, operation, authority);
  }
}

function prepareCreate(
  nodes: Nodes,
  request: CreateRequest,
  authority: Authority,
): Change | Refusal {
  const mode = createMode(request, authority);
  if (typeof mode === "number") return mode;
  if (!hasParent(request.path)) return ERROR.badArguments;
  const acl = fixUpAcl(request.acl, authority);
  if (acl === null) return ERROR.invalidAcl;
  const parent = nodes.find(parentOf(request.path));
  if (parent === null) return ERROR.noNode;
  if (!permits(parent.acl, PERMISSION.create, authority)) return ERROR.noAuth;
  const path = mode.isSequential ? request.path + sequenceSuffix(parent.creations) : request.path;
  if (!isValidPath(path)) return ERROR.badArguments;
  if (nodes.find(path) !== null) return ERROR.nodeExists;
  if (parent.kind.kind === "ephemeral") return ERROR.noChildrenForEphemerals;
  const { opcode, data } = request;
  const more = { count: 1, bytes: data?.length ?? 0 };
  if (isOverQuota(nodes, path, more, authority)) return ERROR.quotaExceeded;
  return { kind: "create", opcode, path, data, acl, nodeKind: mode.kind };
}

function prepareSetData(
  nodes: Nodes,
  { path, data, version }: SetDataRequest,
  authority: Authority,
): Change | Refusal {
  if (!isValidPath(path)) return ERROR.badArguments;
  const node = nodes.find(path);
  if (node === null) return ERROR.noNode;
  if (!permits(node.acl, PERMISSION.write, authority)) return ERROR.noAuth;
  const more = { count: 0, bytes: (data?.length ?? 0) - (node.data?.length ?? 0) };
  if (isOverQuota(nodes, path, more, authority)) return ERROR.quotaExceeded;
  if (!matches(version, node.version)) return ERROR.badVersion;
  return { kind: "setData", path, data };
}

function prepareSetAcl(
  nodes: Nodes,
  { path, acl: wanted, version }: SetAclRequest,
  authority: Authority,
): Change | Refusal {
  if (!isValidPath(path)) return ERROR.badArguments;
  const acl = fixUpAcl(wanted, authority);
  if (acl === null) return ERROR.invalidAcl;
  const node = nodes.find(path);
  if (node === null) return ERROR.noNode;
  if (!permits(node.acl, PERMISSION.admin, authority)) return ERROR.noAuth;
  if (!matches(version, node.aversion)) return ERROR.badVersion;
  return { kind: "setAcl", path, acl };
}

function prepareDelete(
  nodes: Nodes,
  { path, version }: DeleteRequest,
  authority: Authority,
): Change | Refusal {
  if (!hasParent(path) || isSpecialPath(path)) return ERROR.badArguments;
  const parent = nodes.find(parentOf(path));
  if (parent === null) return ERROR.noNode;
  if (!permits(parent.acl, PERMISSION.delete, authority)) return ERROR.noAuth;
  const node = nodes.find(path);
  if (node === null) return ERROR.noNode;
  if (!matches(version, node.version)) return ERROR.badVersion;
  if (node.numChildren > 0) return ERROR.notEmpty;
  return { kind: "delete", path };
}

function prepareCheck(
  nodes: Nodes,
  { path, version }: CheckRequest,
  authority: Authority,
): Change | Refusal {
  if (!isValidPath(path)) return ERROR.badArguments;
  const node: NodeView | null = nodes.find(path);
  if (node === null) return ERROR.noNode;
  if (!permits(node.acl, PERMISSION.read, authority)) return ERROR.noAuth;
  if (!matches(version, node.version)) return ERROR.badVersion;
  return { kind: "check", path };
}

/** Whether there is a path above, to look for what is wrong with the rest later. */
function hasParent(path: string): boolean {
  return path.includes("/") && !path.includes("\0");
}

function isOverQuota(
  nodes: Nodes,
  path: string,
  more: Usage,
  { enforceQuota }: Authority,
): boolean {
  if (!enforceQuota) return false;
  const over = nodes.quotaOver(path);
  if (over === null) return false;
  return exceeds(decodeLimits(nodes.find(limitsPath(over.path))?.data ?? null), over.usage, more);
}

/** Ten digits, as Java's `%010d`: a counter that has run over is negative. */
function sequenceSuffix(counter: number): string {
  return counter < 0 ? `-${String(-counter).padStart(9, "0")}` : String(counter).padStart(10, "0");
}

function matches(wanted: number, version: number): boolean {
  return wanted === ANY_VERSION || wanted === version;
}
