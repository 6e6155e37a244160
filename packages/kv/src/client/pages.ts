import { behind, keyRangeOf, type Keys } from "./key-range.ts";
import { range, type RangeOptions, type RangeResult } from "./op.ts";
import type { CallOptions } from "./rpc.ts";
import type { Perform } from "./txn.ts";

/** How keys are read that may be too many for one answer. */
export interface PageOptions
  extends
    CallOptions,
    Pick<
      RangeOptions,
      | "revision"
      | "serializable"
      | "keysOnly"
      | "minModRevision"
      | "maxModRevision"
      | "minCreateRevision"
      | "maxCreateRevision"
    > {
  /** How many keys an answer holds at most. */
  readonly pageSize?: number;
}

const PAGE_SIZE = 1000;

/**
 * Reads the keys in their order, page by page, all as they were at one revision: the one given, or
 * the newest at the first page. Fails with the reason `compacted` when that is compacted meanwhile.
 */
export async function* pages(
  perform: Perform,
  keys: Keys,
  options: PageOptions,
): AsyncGenerator<RangeResult> {
  const { pageSize = PAGE_SIZE, timeoutMillis, signal, ...how } = options;
  let rest = keyRangeOf(keys);
  let revision = how.revision ?? 0;
  for (;;) {
    const page = await perform(range(rest, { ...how, revision, limit: pageSize }), {
      timeoutMillis,
      signal,
    });
    if (revision === 0) revision = page.revision;
    yield { ...page, revision };
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return;
    rest = behind(rest, last.key);
  }
}
