import type { History, Operation } from "./operation.ts";

const WIDTH_MAX = 40;

/**
 * For each operation a bar from its call to its answer, one below the other: what overlaps was under
 * way at once. Only the order of the moments counts. A bar that is open goes on behind the last answer.
 */
export function drawBars(
  operations: History<unknown, unknown>,
  last: Operation<unknown, unknown>,
): readonly string[] {
  const end = last.answer?.at ?? Infinity;
  const endOf = ({ answer }: Operation<unknown, unknown>): number =>
    Math.min(answer?.at ?? Infinity, end);
  const moments = new Set(operations.flatMap((each) => [each.invoked, endOf(each)]));
  const ordered = [...moments].sort((a, b) => a - b);
  const scale = Math.min(1, (WIDTH_MAX - 1) / Math.max(1, ordered.length - 1));
  const columns = new Map(ordered.map((moment, i) => [moment, Math.round(i * scale)]));
  return operations.map((operation) => {
    const from = columns.get(operation.invoked) ?? 0;
    const to = columns.get(endOf(operation)) ?? 0;
    const isOpen = (operation.answer?.at ?? Infinity) > end;
    const bar = from === to ? "|" : `|${"-".repeat(to - from - 1)}${isOpen ? ">" : "|"}`;
    return " ".repeat(from) + bar;
  });
}
