import type { WatchKind } from "../watch/index.ts";
import type { ConnectionFacts, ServerFacts } from "./server-facts.ts";

/** ZooKeeper reports what it keeps in one of its two tables: watches on children alone are not in it. */
const REPORTED: readonly WatchKind[] = ["data", "persistent", "recursive"];

/** The paths that each connection watches; those that watch none are left out. */
export function watchesByConnection({
  connections,
  watches,
}: ServerFacts): ReadonlyMap<ConnectionFacts, ReadonlySet<string>> {
  const all = new Map<ConnectionFacts, ReadonlySet<string>>();
  for (const connection of connections) {
    const paths = REPORTED.flatMap((kind) => [...watches.pathsOf(kind, connection)]);
    if (paths.length > 0) all.set(connection, new Set(paths));
  }
  return all;
}

/** The connections that watch each path. */
export function watchesByPath(facts: ServerFacts): ReadonlyMap<string, readonly ConnectionFacts[]> {
  const all = new Map<string, ConnectionFacts[]>();
  for (const [connection, paths] of watchesByConnection(facts)) {
    for (const path of paths) {
      const others = all.get(path);
      if (others === undefined) all.set(path, [connection]);
      else others.push(connection);
    }
  }
  return all;
}

/** How many watch how much. */
export interface WatchSummary {
  readonly connections: number;
  readonly paths: number;
  readonly watches: number;
}

export function watchSummary(facts: ServerFacts): WatchSummary {
  const all = [...watchesByConnection(facts).values()];
  return {
    connections: all.length,
    paths: new Set(all.flatMap((paths) => [...paths])).size,
    watches: all.reduce((sum, { size }) => sum + size, 0),
  };
}
