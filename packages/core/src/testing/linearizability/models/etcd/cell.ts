import { exactly, intersect, type Bounds } from "./bounds.ts";
import type { EtcdKeyValue } from "./requests.ts";

/** A key that is there. The revisions of a put that nobody was answered are known by their bounds. */
export interface Cell {
  readonly key: string;
  /** Null: one of those that no answer tells from any other. */
  readonly value: string | null;
  readonly version: number;
  readonly created: Bounds;
  readonly modified: Bounds;
}

/** The key after a put at the revision. */
export function putInto(
  before: Cell | undefined,
  key: string,
  value: string | null,
  revision: Bounds,
): Cell {
  const created = before?.created ?? revision;
  return { key, value, version: (before?.version ?? 0) + 1, created, modified: revision };
}

/** The key as it must be to have been read so; null where it cannot have been. */
export function readAs(cell: Cell, read: EtcdKeyValue): Cell | null {
  const { key, value, version } = cell;
  if (key !== read.key || value !== read.value || version !== read.version) return null;
  return narrow(cell, exactly(read.createRevision), exactly(read.modRevision));
}

/**
 * The key when more is known of its revisions; null where that contradicts what was known. Each put
 * since the one that created it took a revision of its own.
 */
export function narrow(cell: Cell, created: Bounds, modified: Bounds): Cell | null {
  const puts = cell.version - 1;
  const most = Math.min(cell.modified.most, modified.most) - puts;
  const least = Math.max(cell.created.least, created.least) + puts;
  let first = intersect(cell.created, created, { least: 0, most });
  let last = intersect(cell.modified, modified, { least, most: Infinity });
  if (first === null || last === null) return null;
  // The put that created it is the last one.
  if (puts === 0) first = last = intersect(first, last);
  if (first === null || last === null) return null;
  const isNews = !isEqual(first, cell.created) || !isEqual(last, cell.modified);
  return isNews ? { ...cell, created: first, modified: last } : cell;
}

function isEqual(a: Bounds, b: Bounds): boolean {
  return a.least === b.least && a.most === b.most;
}

/** Cells are kept in the order of their keys. */
export function findCell(cells: readonly Cell[], key: string): Cell | undefined {
  return cells.find((cell) => cell.key === key);
}

/** The cells with this one instead of the one of its key, or in its place among them. */
export function replaceCell(cells: readonly Cell[], cell: Cell): readonly Cell[] {
  const behind = cells.findIndex(({ key }) => key >= cell.key);
  const at = behind < 0 ? cells.length : behind;
  return cells.toSpliced(at, cells[at]?.key === cell.key ? 1 : 0, cell);
}
