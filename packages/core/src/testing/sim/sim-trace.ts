import type { NodeId } from "../../ids.ts";

/** One thing that happened, for a transcript. */
export interface SimTrace {
  /** Virtual ms. */
  readonly time: number;
  /** Null: something outside the members, such as a fault. */
  readonly member: NodeId | null;
  readonly what: string;
  readonly facts: string;
}

/** The trace as one line. */
export function formatSimTrace({ time, member, what, facts }: SimTrace): string {
  const at = (time / 1000).toFixed(4).padStart(9);
  return `${at} ${(member ?? "-").padEnd(3)} ${what}${facts === "" ? "" : ` ${facts}`}`;
}
