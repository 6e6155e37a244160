import {
  Decimal,
  directoryBytes,
  modeOf,
  monitorValues,
  nodeCount,
  type ServerFacts,
} from "../facts/index.ts";
import type { SizeRange } from "../metrics/index.ts";
import { ZOOKEEPER_VERSION } from "../version.ts";
import { told, type Command } from "./command.ts";
import { briefly, connectionLists } from "./connection-commands.ts";
import type { JsonObject } from "./json.ts";

/** What can be asked about the server as a whole. */
export const SERVER_COMMANDS: readonly Command[] = [
  { name: "ruok", aliases: [], always: false, run: () => told({}) },
  {
    name: "is_read_only",
    aliases: ["isro"],
    always: false,
    run: ({ service }) => told({ read_only: service === "readOnly" }),
  },
  {
    name: "server_stats",
    aliases: ["srvr"],
    always: false,
    run: async (facts) => told(await serverStats(facts)),
  },
  {
    name: "stats",
    aliases: ["stat"],
    always: false,
    run: async (facts) =>
      told({ ...(await serverStats(facts)), ...connectionLists(facts, briefly) }),
  },
  {
    name: "stat_reset",
    aliases: ["srst"],
    always: false,
    run: ({ stats, ensemble }) => {
      stats.reset();
      ensemble.reset();
      return told({});
    },
  },
  {
    name: "monitor",
    aliases: ["mntr"],
    always: false,
    run: async (facts) => told(Object.fromEntries(await monitorValues(facts))),
  },
  {
    name: "last_snapshot",
    aliases: ["lsnp"],
    always: false,
    run: ({ ensemble: { lastSnapshot: last } }) => {
      const zxid = last === null ? NO_ZXID : last.zxid.toString(16);
      const takenAt = last?.takenAt ?? null;
      return told({ zxid, timestamp: takenAt === null ? -1 : Math.floor(takenAt / 1000) });
    },
  },
  {
    name: "hash",
    aliases: [],
    always: false,
    run: ({ machine }) =>
      told({ digests: [{ zxid: machine.lastZxid, digest: machine.tree.digest }] }),
  },
];

/** What Java writes of -1. */
const NO_ZXID = "ffffffffffffffff";

async function serverStats(facts: ServerFacts): Promise<JsonObject> {
  const { service, machine, stats, ensemble, connections, settings } = facts;
  const { counts, latency } = stats;
  const mode = modeOf(facts);
  const sizes = sizeFields(stats.responses);
  const bytes = await directoryBytes(settings.dataDir);
  return {
    version: ZOOKEEPER_VERSION,
    read_only: service === "readOnly",
    server_stats: {
      packets_sent: counts.sent,
      packets_received: counts.received,
      client_response_stats: sizes,
      data_dir_size: bytes,
      log_dir_size: bytes,
      server_state: mode,
      last_processed_zxid: machine.lastZxid,
      outstanding_requests: facts.outstanding,
      avg_latency: new Decimal(latency.average),
      max_latency: Math.round(latency.max),
      min_latency: Math.round(latency.min),
      num_alive_client_connections: connections.size,
      uptime: Math.round(facts.uptimeMillis),
      auth_failed_count: counts.authFailures,
    },
    client_response: sizes,
    ...(mode === "leader" ? { proposal_stats: sizeFields(ensemble.proposalSizes) } : {}),
    node_count: nodeCount(machine.tree),
  };
}

function sizeFields({ last, min, max }: SizeRange): JsonObject {
  return { last_buffer_size: last, min_buffer_size: min, max_buffer_size: max };
}
