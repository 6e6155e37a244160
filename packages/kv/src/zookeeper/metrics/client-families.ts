import { counter, gauge, summary, type Family } from "../../metrics/index.ts";
import type { ServerFacts } from "../facts/index.ts";

/** What the server does for its clients. */
export function clientFamilies(facts: ServerFacts): readonly Family[] {
  const { latency, reads, updates, responses, counts } = facts.stats;
  return [
    gauge("avg_latency", "Milliseconds that requests took on average.", latency.average),
    gauge("min_latency", "Milliseconds that the fastest request took.", Math.round(latency.min)),
    gauge("max_latency", "Milliseconds that the slowest request took.", Math.round(latency.max)),
    gauge("packets_received", "Requests that came.", counts.received),
    gauge("packets_sent", "Replies and notifications that went out.", counts.sent),
    gauge("num_alive_connections", "Connections that are open.", facts.connections.size),
    gauge("outstanding_requests", "Requests under way.", facts.outstanding),
    gauge("uptime", "Milliseconds that the server runs.", Math.round(facts.uptimeMillis)),
    gauge("last_client_response_size", "Bytes of the last reply; -1 before it.", responses.last),
    gauge("max_client_response_size", "Bytes of the largest reply; -1 before it.", responses.max),
    gauge("min_client_response_size", "Bytes of the smallest reply; -1 before it.", responses.min),
    gauge("auth_failed_count", "Attempts to prove a user that failed.", counts.authFailures),
    summary("readlatency", "Milliseconds that requests took which changed nothing.", reads),
    summary("updatelatency", "Milliseconds that requests took which went into the log.", updates),
    counter("bytes_received_count", "Bytes of requests that came.", counts.bytesReceived),
    counter("response_bytes", "Bytes of replies that went out.", counts.responseBytes),
    counter("watch_bytes", "Bytes of notifications that went out.", counts.watchBytes),
    counter(
      "connection_request_count",
      "Clients that asked for a session.",
      counts.connectRequests,
    ),
    counter(
      "connection_revalidate_count",
      "Clients that asked for a session which they had.",
      counts.resumptions,
    ),
    counter(
      "connection_rejected",
      "Connections that were not let in, as there were too many.",
      counts.rejected,
    ),
    counter(
      "sessionless_connections_expired",
      "Connections closed because they got no session in time.",
      counts.sessionless,
    ),
    counter(
      "cnxn_closed_without_zk_server_running",
      "Connections closed because nobody could be served.",
      counts.unserved,
    ),
    counter("large_requests_rejected", "Requests that were too long.", counts.oversized),
    counter(
      "throttled_ops",
      "Requests refused as their client has too many watches.",
      counts.throttled,
    ),
    counter(
      "request_throttle_wait_count",
      "Times that a connection was left unread, as too much was under way.",
      counts.waits,
    ),
    counter(
      "stale_sessions_expired",
      "Sessions that ended because this server, leading, heard nothing of them.",
      counts.expiredSessions,
    ),
  ];
}
