import { sessionText } from "../../codec/index.ts";
import {
  unlistedWatches,
  watchesByConnection,
  watchesByPath,
  watchSummary,
  type ConnectionFacts,
  type ServerFacts,
} from "../../facts/index.ts";
import { lines } from "./lines.ts";

/** `wchs`: how many watch how much. */
export function wchs(facts: ServerFacts): string {
  const { connections, paths, watches } = watchSummary(facts);
  return lines([`${connections} connections watching ${paths} paths`, `Total watches:${watches}`]);
}

/** `wchc`: the paths that each session watches. */
export function wchc(facts: ServerFacts): string {
  return listed(facts, () =>
    [...watchesByConnection(facts)].flatMap(([connection, paths]) => [
      sessionOf(connection),
      ...[...paths].map((path) => `\t${path}`),
    ]),
  );
}

/** `wchp`: the sessions that watch each path. */
export function wchp(facts: ServerFacts): string {
  return listed(facts, () =>
    [...watchesByPath(facts)].flatMap(([path, connections]) => [
      path,
      ...connections.map((connection) => `\t${sessionOf(connection)}`),
    ]),
  );
}

function listed(facts: ServerFacts, list: () => readonly string[]): string {
  const unlisted = unlistedWatches(facts);
  return lines(unlisted === null ? [...list(), ""] : [unlisted]);
}

function sessionOf({ session }: ConnectionFacts): string {
  return session === null ? "0x0" : sessionText(session.id);
}
