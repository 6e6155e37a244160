import {
  sessionsWithEphemerals,
  unlistedSessions,
  unlistedWatches,
  watchesByConnection,
  watchesByPath,
  watchSummary,
  type ConnectionFacts,
  type ServerFacts,
} from "../facts/index.ts";
import { refused, told, type Command, type Outcome } from "./command.ts";
import type { Json } from "./json.ts";
import { sessionNumber } from "./session-number.ts";

/** What can be asked about sessions: when they end, what ends with them, and what they watch. */
export const SESSION_COMMANDS: readonly Command[] = [
  { name: "dump", aliases: [], always: false, run: dump },
  { name: "watches", aliases: ["wchc"], always: false, run: watches },
  { name: "watches_by_path", aliases: ["wchp"], always: false, run: byPath },
  { name: "watch_summary", aliases: ["wchs"], always: false, run: summary },
];

/** Times are told by the clock that `last_response_time` of connections goes by, as in ZooKeeper. */
function dump(facts: ServerFacts): Outcome {
  const unlisted = unlistedSessions(facts);
  if (unlisted !== null) return refused(unlisted);
  const expiries = facts.expiries().map(({ inMillis, sessions }): [string, Json] => {
    return [String(Math.round(facts.now + inMillis)), sessions.map(sessionNumber)];
  });
  const ephemerals = sessionsWithEphemerals(facts).map(([id, paths]): [string, Json] => {
    return [String(sessionNumber(id)), paths];
  });
  return told({
    expiry_time_to_session_ids: Object.fromEntries(expiries),
    session_id_to_ephemeral_paths: Object.fromEntries(ephemerals),
  });
}

function watches(facts: ServerFacts): Outcome {
  const unlisted = unlistedWatches(facts);
  if (unlisted !== null) return refused(unlisted);
  const all = [...watchesByConnection(facts)].map(([connection, paths]): [string, Json] => {
    return [String(numberOf(connection)), [...paths]];
  });
  return told({ session_id_to_watched_paths: Object.fromEntries(all) });
}

function byPath(facts: ServerFacts): Outcome {
  const unlisted = unlistedWatches(facts);
  if (unlisted !== null) return refused(unlisted);
  const all = [...watchesByPath(facts)].map(([path, connections]): [string, Json] => {
    return [path, connections.map(numberOf)];
  });
  return told({ path_to_session_ids: Object.fromEntries(all) });
}

function summary(facts: ServerFacts): Outcome {
  const { connections, paths, watches: total } = watchSummary(facts);
  return told({ num_connections: connections, num_paths: paths, num_total_watches: total });
}

function numberOf({ session }: ConnectionFacts): bigint {
  return session === null ? 0n : sessionNumber(session.id);
}
