import { isAbsent } from "./changes.ts";
import { exchangesOf, type Exchange } from "./exchanges.ts";
import type { ClientHistory } from "./facts.ts";
import { sessionLives, type SessionLife, type SessionTimes } from "./session-lives.ts";

/**
 * Whether ephemeral nodes, and sessions, ended when they should: nobody found a node gone whose session
 * lived for certain, or still there when it was over for certain, after a `sync`; and no client was told
 * that its session is gone while it lived.
 *
 * Each node must be made once, by one client, and deleted by nobody but the end of its session.
 */
export function judgeEphemerals(
  histories: readonly ClientHistory[],
  times: SessionTimes,
): readonly string[] {
  const lives = sessionLives(histories, times);
  const nodes = nodesOf(histories, lives);
  return [
    ...histories.flatMap((history) => judgeExpiries(history, lives)),
    ...histories.flatMap((history) => judgeSightings(history, nodes, lives)),
  ];
}

/** An ephemeral node. */
interface Node {
  readonly life: SessionLife;
  readonly czxid: number;
}

/** By their paths: those that were created for certain, and that nobody deletes. */
function nodesOf(
  histories: readonly ClientHistory[],
  lives: ReadonlyMap<bigint, SessionLife>,
): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>();
  const exchanges = histories.flatMap(exchangesOf);
  for (const { request, session, answer } of exchanges) {
    const life = lives.get(session);
    if (request.kind !== "create" || !request.ephemeral || life === undefined) continue;
    if (answer?.result.kind === "created") {
      nodes.set(answer.result.path, { life, czxid: answer.zxid });
    }
  }
  for (const { request } of exchanges) if (request.kind === "delete") nodes.delete(request.path);
  return nodes;
}

function judgeSightings(
  history: ClientHistory,
  nodes: ReadonlyMap<string, Node>,
  lives: ReadonlyMap<bigint, SessionLife>,
): readonly string[] {
  const wrong: string[] = [];
  /** When a node of a session that was over was seen last. */
  const outlived = new Map<SessionLife, number>();
  /** When the last sync was asked for that was answered. */
  let syncedAt = -Infinity;
  for (const exchange of exchangesOf(history)) {
    const { client, request, answer } = exchange;
    if (answer === null) continue;
    if (request.kind === "sync") syncedAt = exchange.askedAt;
    const owner = ownerSeen(exchange);
    const life = lives.get(owner);
    if (life !== undefined && syncedAt > life.overBy) outlived.set(life, syncedAt);
    if (!isAbsent(exchange) || !("path" in request)) continue;
    const node = nodes.get(request.path);
    if (node === undefined || answer.zxid < node.czxid) continue;
    const early = Math.round(node.life.certainUntil - answer.at);
    if (early > 0) {
      wrong.push(
        `${client}: found ${request.path} gone ${early} ms before ${nameOf(node.life)} was`,
      );
    }
  }
  for (const [life, at] of outlived) {
    const late = Math.round(at - life.overBy);
    wrong.push(`${history.client}: saw a node of ${nameOf(life)} ${late} ms after it was over`);
  }
  return wrong;
}

function judgeExpiries(
  { client, facts }: ClientHistory,
  lives: ReadonlyMap<bigint, SessionLife>,
): readonly string[] {
  const wrong: string[] = [];
  let session = 0n;
  for (const fact of facts) {
    if (fact.kind === "connected") ({ session } = fact);
    if (fact.kind !== "expired") continue;
    const life = lives.get(session);
    const early = Math.round((life?.certainUntil ?? -Infinity) - fact.at);
    if (life !== undefined && early > 0) {
      wrong.push(`${client}: ${nameOf(life)} ended ${early} ms before its time`);
    }
  }
  return wrong;
}

/** The session to which a node belongs that was read; 0 for none. */
function ownerSeen({ answer }: Exchange): bigint {
  const result = answer?.result;
  return result !== undefined && "stat" in result ? result.stat.owner : 0n;
}

function nameOf({ client, session }: SessionLife): string {
  return `the session ${session.toString(16)} of ${client}`;
}
