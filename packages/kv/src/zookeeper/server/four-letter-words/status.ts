import { Decimal, modeOf, nodeCount, type ServerFacts } from "../../facts/index.ts";
import { ZOOKEEPER_VERSION } from "../../version.ts";
import { connectionText } from "./connections.ts";
import { lines } from "./lines.ts";

/** `srvr`: how the server is. */
export function srvr(facts: ServerFacts): string {
  return head(facts) + tail(facts);
}

/** `stat`: the same, with the connections. */
export function stat(facts: ServerFacts): string {
  const clients = [...facts.connections].map((connection) => connectionText(connection));
  return head(facts) + lines(["Clients:", ...clients, ""]) + tail(facts);
}

function head({ service }: ServerFacts): string {
  return lines([
    `Zookeeper version: ${ZOOKEEPER_VERSION}`,
    ...(service === "readOnly" ? ["READ-ONLY mode; serving only read-only clients"] : []),
  ]);
}

function tail(facts: ServerFacts): string {
  const { machine, stats, ensemble, outstanding, connections } = facts;
  const mode = modeOf(facts);
  const { last, min, max } = ensemble.proposalSizes;
  const { latency, counts } = stats;
  const [least, most] = [Math.round(latency.min), Math.round(latency.max)];
  const average = new Decimal(latency.average).toString();
  return lines([
    `Latency min/avg/max: ${least}/${average}/${most}`,
    `Received: ${counts.received}`,
    `Sent: ${counts.sent}`,
    `Connections: ${connections.size}`,
    `Outstanding: ${outstanding}`,
    `Zxid: 0x${machine.lastZxid.toString(16)}`,
    `Mode: ${mode}`,
    `Node count: ${nodeCount(machine.tree)}`,
    ...(mode === "leader" ? [`Proposal sizes last/min/max: ${last}/${min}/${max}`] : []),
  ]);
}
