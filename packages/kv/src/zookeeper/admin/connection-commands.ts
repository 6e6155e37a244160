import type { ConnectionFacts, ServerFacts } from "../facts/index.ts";
import { told, type Command } from "./command.ts";
import type { JsonObject } from "./json.ts";
import { sessionNumber } from "./session-number.ts";

/** What can be asked about connections. */
export const CONNECTION_COMMANDS: readonly Command[] = [
  {
    name: "connections",
    aliases: ["cons"],
    always: false,
    run: (facts) => told(connectionLists(facts, inFull)),
  },
  {
    name: "connection_stat_reset",
    aliases: ["crst"],
    always: false,
    run: ({ connections }) => {
      for (const { stats } of connections) stats.reset();
      return told({});
    },
  },
];

/** Those that have come without TLS, and those with it. */
export function connectionLists(
  { connections }: ServerFacts,
  describe: (connection: ConnectionFacts) => JsonObject,
): JsonObject {
  const all = [...connections];
  return {
    connections: all.filter(({ isSecure }) => !isSecure).map(describe),
    secure_connections: all.filter(({ isSecure }) => isSecure).map(describe),
  };
}

/** A connection without its session. */
export function briefly(connection: ConnectionFacts): JsonObject {
  const { remoteAddress: host, remotePort: port, interestOps, queued, stats } = connection;
  return {
    remote_socket_address: `${host.includes(":") ? `[${host}]` : host}:${port}`,
    interest_ops: interestOps,
    outstanding_requests: queued,
    packets_received: stats.received,
    packets_sent: stats.sent,
  };
}

function inFull(connection: ConnectionFacts): JsonObject {
  const { session, establishedAt, stats } = connection;
  const { latency } = stats;
  return {
    ...briefly(connection),
    session_id: session === null ? 0 : sessionNumber(session.id),
    last_operation: stats.lastOperation,
    established: Math.round(establishedAt),
    session_timeout: session?.timeoutMillis ?? 0,
    last_cxid: stats.lastXid,
    last_zxid: stats.lastZxid,
    last_response_time: Math.round(stats.lastAnsweredAt),
    last_latency: Math.round(stats.lastMillis),
    min_latency: Math.round(latency.min),
    avg_latency: Math.round(latency.average),
    max_latency: Math.round(latency.max),
  };
}
