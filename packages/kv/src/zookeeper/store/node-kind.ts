import type { SessionId } from "../codec/session-id.ts";

/** When a node goes by itself. */
export type NodeKind =
  /** Never. */
  | { readonly kind: "persistent" }
  /** With its session; it has no children. */
  | { readonly kind: "ephemeral"; readonly session: SessionId }
  /** When its last child has gone. */
  | { readonly kind: "container" }
  /** When it has no children and has not been changed for so many ms. */
  | { readonly kind: "ttl"; readonly millis: number };

/** One for all nodes of the kind, of which there are many. */
export const PERSISTENT: NodeKind = { kind: "persistent" };
export const CONTAINER: NodeKind = { kind: "container" };

/** Whether the node may be deleted now because of its kind; `neverUsedMillis` 0 keeps unused containers. */
export function isOver(
  node: {
    readonly kind: NodeKind;
    readonly numChildren: number;
    readonly creations: number;
    readonly modified: { readonly time: number };
  },
  now: number,
  neverUsedMillis: number,
): boolean {
  const { kind, numChildren, creations, modified } = node;
  if (numChildren > 0) return false;
  switch (kind.kind) {
    case "container":
      if (creations !== 0) return true;
      return neverUsedMillis > 0 && now - modified.time > neverUsedMillis;
    case "ttl":
      return now - modified.time > kind.millis;
    case "ephemeral":
    case "persistent":
      return false;
  }
}
