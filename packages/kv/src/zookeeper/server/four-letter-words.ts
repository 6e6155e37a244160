import { arch, hostname, type } from "node:os";
import { isVoter, type GroupView, type PeerProgress } from "@quorate/core";
import type { ZooKeeperStateMachine } from "../apply/index.ts";
import { ZOOKEEPER_VERSION } from "../version.ts";
import type { ServerStats } from "./server-stats.ts";

/** What four-letter words tell of a server. */
export interface ServerFacts {
  readonly view: GroupView;
  readonly machine: ZooKeeperStateMachine;
  readonly stats: ServerStats;
  readonly outstanding: number;
  readonly watches: number;
  readonly connections: readonly ConnectionFacts[];
  readonly uptimeMillis: number;
  /** The lines of `conf`, as names and values. */
  readonly configuration: readonly (readonly [string, string | number])[];
}

/** One line of `stat`. */
export interface ConnectionFacts {
  readonly remote: string;
  readonly queued: number;
  readonly received: number;
  readonly sent: number;
}

/** All of ZooKeeper's, so that none is taken for the length of a frame. */
const WORDS: ReadonlySet<string> = new Set(
  "conf cons crst dirs dump envi gtmk hash isro mntr ruok srst srvr stat stmk wchc wchp wchs".split(
    " ",
  ),
);

const ANSWERS: ReadonlyMap<string, (facts: ServerFacts) => string> = new Map([
  ["conf", conf],
  ["envi", envi],
  ["isro", () => "rw"],
  ["mntr", mntr],
  ["ruok", () => "imok"],
  ["srvr", (facts) => head() + tail(facts)],
  ["stat", (facts) => head() + clients(facts) + tail(facts)],
]);

const NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n";

/** The word that the first 32 bits of a connection spell; null if they spell none. */
export function wordOf(bits: number): string | null {
  const word = String.fromCharCode(
    bits >>> 24,
    (bits >>> 16) & 0xff,
    (bits >>> 8) & 0xff,
    bits & 0xff,
  );
  return WORDS.has(word) ? word : null;
}

/** @param allowed - words that are answered; with `*` in it, all that are known here */
export function answerWord(word: string, allowed: ReadonlySet<string>, facts: ServerFacts): string {
  const answer = allowed.has(word) || allowed.has("*") ? ANSWERS.get(word) : undefined;
  if (answer === undefined) return `${word} is not executed because it is not in the whitelist.\n`;
  if (facts.view.leader !== null || word === "ruok") return answer(facts);
  return word === "isro" ? "null" : NOT_SERVING;
}

/** What the member is, in ZooKeeper's words. */
function modeOf({ self, isLeader, configurations }: GroupView): string {
  const { committed } = configurations;
  if (committed.members.length === 1) return "standalone";
  if (isLeader) return "leader";
  return isVoter(committed, self) ? "follower" : "observer";
}

function head(): string {
  return `Zookeeper version: ${ZOOKEEPER_VERSION}\n`;
}

function clients({ connections }: ServerFacts): string {
  const texts = connections.map(
    ({ remote, queued, received, sent }) =>
      ` /${remote}[1](queued=${queued},recved=${received},sent=${sent})`,
  );
  return lines(["Clients:", ...texts, ""]);
}

function tail({ view, machine, stats, outstanding, connections }: ServerFacts): string {
  const { minLatencyMillis, averageLatencyMillis, maxLatencyMillis } = stats;
  const latency = `${minLatencyMillis}/${averageLatencyMillis.toFixed(1)}/${maxLatencyMillis}`;
  return lines([
    `Latency min/avg/max: ${latency}`,
    `Received: ${stats.received}`,
    `Sent: ${stats.sent}`,
    `Connections: ${connections.length}`,
    `Outstanding: ${outstanding}`,
    `Zxid: 0x${machine.lastZxid.toString(16)}`,
    `Mode: ${modeOf(view)}`,
    `Node count: ${nodeCount(machine)}`,
  ]);
}

function conf({ configuration }: ServerFacts): string {
  return lines(configuration.map(([name, value]) => `${name}=${value}`));
}

function envi(): string {
  return lines([
    "Environment:",
    `zookeeper.version=${ZOOKEEPER_VERSION}`,
    `host.name=${hostname()}`,
    `node.version=${process.version}`,
    `os.name=${type()}`,
    `os.arch=${arch()}`,
  ]);
}

function mntr(facts: ServerFacts): string {
  const { view, machine, stats } = facts;
  const values: readonly (readonly [string, string | number])[] = [
    ["version", ZOOKEEPER_VERSION],
    ["server_state", modeOf(view)],
    ["ephemerals_count", 0],
    ["num_alive_connections", facts.connections.length],
    ["avg_latency", stats.averageLatencyMillis.toFixed(1)],
    ["min_latency", stats.minLatencyMillis],
    ["max_latency", stats.maxLatencyMillis],
    ["outstanding_requests", facts.outstanding],
    ["znode_count", nodeCount(machine)],
    ["watch_count", facts.watches],
    ["global_sessions", machine.sessions.size],
    ["packets_sent", stats.sent],
    ["packets_received", stats.received],
    ["approximate_data_size", machine.tree.bytes],
    ["uptime", Math.round(facts.uptimeMillis)],
    // Ours: equal on all members that have applied up to the same zxid.
    ["last_zxid", `0x${machine.lastZxid.toString(16)}`],
    ["tree_digest", machine.tree.digest],
    ["role", view.role],
    ["epoch", view.term],
    ...protocolFacts(view),
    ...(modeOf(view) === "leader" ? ensemble(view) : []),
  ];
  return lines(values.map(([name, value]) => `zk_${name}\t${value}`));
}

/** What the protocol tells of itself, under its own names. */
function protocolFacts({ details }: GroupView): (readonly [string, string | number])[] {
  return Object.entries(details).flatMap(([name, value]) =>
    value === null ? [] : [[name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), `${value}`]],
  );
}

/** What the leader knows of the others. */
function ensemble({ progress, configurations }: GroupView): [string, number][] {
  const count = (which: (peer: PeerProgress, id: string) => boolean): number =>
    [...progress].filter(([id, peer]) => peer.active && which(peer, id)).length;
  const votes = (id: string): boolean => isVoter(configurations.committed, id);
  return [
    ["learners", count(() => true)],
    ["synced_followers", count(({ state }, id) => state === "replicate" && votes(id))],
    ["synced_observers", count(({ state }, id) => state === "replicate" && !votes(id))],
    ["pending_syncs", count(({ state }) => state === "snapshot")],
  ];
}

/** ZooKeeper counts the root twice, by both of its names, and dashboards compare. */
function nodeCount({ tree }: ZooKeeperStateMachine): number {
  return tree.count + 1;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
