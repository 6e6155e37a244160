import type { SessionId } from "../codec/index.ts";
import { pathOf } from "../store/index.ts";
import type { ServerFacts } from "./server-facts.ts";

/** Every session that has ephemeral nodes, with their paths. */
export function sessionsWithEphemerals({
  machine,
}: ServerFacts): readonly (readonly [SessionId, readonly string[]])[] {
  const { sessions, tree } = machine;
  return [...sessions]
    .map(({ id }) => [id, [...tree.ephemeralsOf(id)].map(pathOf)] as const)
    .filter(([, paths]) => paths.length > 0);
}
