import { sessionText } from "../../codec/index.ts";
import type { ConnectionFacts, ServerFacts } from "../../facts/index.ts";
import { lines } from "./lines.ts";

/** `cons`: every connection, with its session. */
export function cons({ connections }: ServerFacts): string {
  const texts = [...connections].map((connection) =>
    connectionText(connection, sessionFields(connection)),
  );
  return lines([...texts, ""]);
}

/** A connection in one line. */
export function connectionText(connection: ConnectionFacts, more: readonly string[] = []): string {
  const { interestOps, queued, stats } = connection;
  const counts = [`queued=${queued}`, `recved=${stats.received}`, `sent=${stats.sent}`];
  return ` ${addressText(connection)}[${interestOps}](${[...counts, ...more].join()})`;
}

function sessionFields({ session, establishedAt, stats }: ConnectionFacts): readonly string[] {
  if (session === null) return [];
  const { lastXid, lastZxid, latency } = stats;
  return [
    `sid=${sessionText(session.id)}`,
    `lop=${stats.lastOperation}`,
    `est=${Math.round(establishedAt)}`,
    `to=${session.timeoutMillis}`,
    ...(lastXid < 0 ? [] : [`lcxid=0x${lastXid.toString(16)}`]),
    // What Java prints of -1.
    `lzxid=0x${lastZxid < 0 ? "ffffffffffffffff" : lastZxid.toString(16)}`,
    `lresp=${Math.round(stats.lastAnsweredAt)}`,
    `llat=${Math.round(stats.lastMillis)}`,
    `minlat=${Math.round(latency.min)}`,
    `avglat=${Math.round(latency.average)}`,
    `maxlat=${Math.round(latency.max)}`,
  ];
}

/** As Java prints a socket's address. */
export function addressText({
  remoteAddress: host,
  remotePort: port,
}: Pick<ConnectionFacts, "remoteAddress" | "remotePort">): string {
  return `/${host.includes(":") ? `[${host}]` : host}:${port}`;
}
