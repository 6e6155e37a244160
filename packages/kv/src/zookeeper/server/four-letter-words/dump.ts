import { sessionText } from "../../codec/index.ts";
import {
  sessionsWithEphemerals,
  unlistedSessions,
  type ConnectionFacts,
  type ServerFacts,
} from "../../facts/index.ts";
import { addressText } from "./connections.ts";
import { lines } from "./lines.ts";

/** `dump`: when sessions and connections end, and which nodes end with them. */
export function dump(facts: ServerFacts): string {
  const unlisted = unlistedSessions(facts);
  if (unlisted !== null) return lines([unlisted]);
  return lines([
    "SessionTracker dump:",
    ...sessions(facts),
    "ephemeral nodes dump:",
    ...ephemerals(facts),
    "Connections dump:",
    ...connectionSets(facts),
  ]);
}

/** Only the leader knows when sessions end. */
function sessions(facts: ServerFacts): readonly string[] {
  const { view, machine, wallNow } = facts;
  const all = [...machine.sessions];
  if (!view.isLeader) {
    const texts = all.map(({ id, timeoutMillis }) => `${sessionText(id)}\t${timeoutMillis}ms`);
    return [`Global Sessions(${all.length}):`, ...texts];
  }
  const expiries = facts.expiries();
  return [
    `Session Sets (${expiries.length})/(${all.length}):`,
    ...expiries.flatMap(({ inMillis, sessions: ids }) => [
      expiryText(ids.length, wallNow + inMillis),
      ...ids.map((id) => `\t${sessionText(id)}`),
    ]),
  ];
}

function ephemerals(facts: ServerFacts): readonly string[] {
  const owners = sessionsWithEphemerals(facts);
  return [
    `Sessions with Ephemerals (${owners.length}):`,
    ...owners.flatMap(([id, paths]) => [`${sessionText(id)}:`, ...paths.map((p) => `\t${p}`)]),
  ];
}

/** Those that would be closed in the same tick are one set. */
function connectionSets(facts: ServerFacts): readonly string[] {
  const { connections, now, wallNow, settings } = facts;
  const sets = new Map<number, ConnectionFacts[]>();
  for (const connection of connections) {
    const tick = Math.ceil(connection.silentUntil / settings.tickTime);
    sets.set(tick, [...(sets.get(tick) ?? []), connection]);
  }
  const ascending = [...sets].sort(([a], [b]) => a - b);
  return [
    `Connections Sets (${sets.size})/(${connections.size}):`,
    ...ascending.flatMap(([tick, set]) => [
      expiryText(set.length, wallNow + tick * settings.tickTime - now),
      ...set.map((connection) => {
        const session = connection.session === null ? "0x0" : sessionText(connection.session.id);
        return `\tip: ${addressText(connection)} sessionId: ${session}`;
      }),
    ]),
  ];
}

function expiryText(count: number, at: number): string {
  return `${count} expire at ${dateText(at)}:`;
}

/** As Java prints a date: `Wed Nov 25 09:08:20 UTC 2026`. */
function dateText(millis: number): string {
  const [day, date, month, year, time] = new Date(millis).toUTCString().split(/,? /);
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
