import { Changes, isAbsent } from "./changes.ts";
import { exchangesOf, type Answer, type Exchange } from "./exchanges.ts";
import type { ClientHistory } from "./facts.ts";

/**
 * Whether all clients were shown one and the same past, whichever member they asked: each read the
 * state at the zxid with which it was answered, no transaction changed two things, and a `sync` shows
 * whatever anybody had been acknowledged before it was asked for. With a `sync` and a read of every node
 * at the end, nothing that was acknowledged can be lost without being found here.
 */
export function judgeImage(histories: readonly ClientHistory[]): readonly string[] {
  const exchanges = histories.flatMap(exchangesOf);
  const changes = new Changes(exchanges);
  const wrong = [...changes.contradictions];
  for (const exchange of exchanges) wrong.push(...judgeRead(exchange, changes));
  wrong.push(...judgeSyncs(exchanges));
  return wrong;
}

function judgeRead(exchange: Exchange, changes: Changes): readonly string[] {
  const { client, request, answer } = exchange;
  if (answer === null || !("path" in request)) return [];
  const { path } = request;
  const { result, zxid } = answer;
  const where = `${client}: ${request.kind} ${path} at zxid ${zxid}`;
  if (isAbsent(exchange)) {
    return changes.isThere(path, zxid) === true ? [`${where} found no node, and there is one`] : [];
  }
  if (result.kind !== "stat" && result.kind !== "data" && result.kind !== "children") return [];
  const { czxid, mzxid, pzxid } = result.stat;
  const wrong: string[] = [];
  const newest = Math.max(czxid, mzxid, pzxid);
  if (newest > zxid) wrong.push(`${where} showed a change of zxid ${newest}`);
  const missed = changes.nextAfter(path, "node", mzxid);
  if (missed !== null && missed <= zxid) {
    wrong.push(`${where} showed it as of zxid ${mzxid}, and it changed at ${missed}`);
  }
  const missedChild = changes.nextAfter(path, "children", pzxid);
  if (missedChild !== null && missedChild <= zxid) {
    wrong.push(`${where} showed its children as of ${pzxid}, and they changed at ${missedChild}`);
  }
  if (result.kind === "children") {
    const prefix = path === "/" ? "/" : `${path}/`;
    for (const name of result.names) {
      if (changes.isThere(prefix + name, zxid) === false) {
        wrong.push(`${where} listed ${name}, which had been deleted`);
      }
    }
  }
  return wrong;
}

/** In the order of time: what was acknowledged, and the syncs that were asked for. */
function judgeSyncs(exchanges: readonly Exchange[]): readonly string[] {
  const answers = exchanges.map(({ answer }) => answer).filter((answer) => answer !== null);
  answers.sort((a, b) => a.at - b.at);
  const syncs = exchanges.filter(({ request }) => request.kind === "sync");
  syncs.sort((a, b) => a.askedAt - b.askedAt);
  const wrong: string[] = [];
  let heard = 0;
  let newest: Answer | null = null;
  for (const { client, askedAt, answer } of syncs) {
    for (let next = answers[heard]; next !== undefined && next.at < askedAt; heard++) {
      if (newest === null || next.zxid > newest.zxid) newest = next;
      next = answers[heard + 1];
    }
    if (answer !== null && newest !== null && answer.zxid < newest.zxid) {
      wrong.push(
        `${client}: sync was answered at zxid ${answer.zxid}, and ${newest.zxid} had been shown before`,
      );
    }
  }
  return wrong;
}
