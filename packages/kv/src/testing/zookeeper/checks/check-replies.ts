import { exchangesOf, type Exchange } from "../../sessions/exchanges.ts";
import { REFUSED, type ClientHistory } from "../../sessions/facts.ts";
import { hex, type AppliedZxids } from "../truth/applied-zxids.ts";
import type { NodeState } from "../truth/tree-history.ts";

/** What of a node an answer shows. */
type Shown = Partial<NodeState>;

/**
 * Whether every client was told what was so at the zxid of its answer: of reads the state of the node, of
 * writes that they were made, of refusals their reason.
 */
export function checkReplies(
  histories: readonly ClientHistory[],
  applied: AppliedZxids,
): readonly string[] {
  return histories.flatMap((history) =>
    exchangesOf(history).flatMap((exchange) => checkReply(exchange, applied)),
  );
}

function checkReply(exchange: Exchange, { tree, zxid: newest }: AppliedZxids): readonly string[] {
  const { client, request, answer } = exchange;
  if (answer === null) return [];
  const { zxid, result } = answer;
  const wrong = (what: string): string[] => [
    `${client}: ${JSON.stringify(request)} was answered at ${hex(zxid)} with ${what}`,
  ];
  if (zxid > newest) return wrong("a zxid that nobody has applied");
  if (!("path" in request)) return [];
  const path = result.kind === "created" ? result.path : request.path;
  const node = tree.at(path, zxid);
  if (result.kind === "refused") {
    return isFounded(exchange, result.code, node) ? [] : wrong(`${result.code}, without reason`);
  }
  if (request.kind === "delete") {
    const before = tree.at(path, zxid - 1);
    return node === null && before !== null ? [] : wrong("success, and it was not deleted then");
  }
  const shown = shownBy(exchange);
  if (shown === null) return wrong("something else");
  for (const key of KEYS) {
    const [told, truth] = [textOf(shown[key]), textOf(node?.[key])];
    if (key in shown && told !== truth) return wrong(`${key} ${told}; it was ${truth}`);
  }
  return [];
}

const KEYS = ["value", "czxid", "mzxid", "pzxid", "version", "owner", "children"] as const;

function textOf(value: Shown[keyof Shown]): string {
  return typeof value === "object" ? value.join(" ") : (value?.toString() ?? "not there");
}

/** Null: an answer that no such request can have. */
function shownBy({ request, answer, session }: Exchange): Shown | null {
  if (answer === null) return null;
  const { zxid, result } = answer;
  switch (result.kind) {
    case "created": {
      if (request.kind !== "create") return null;
      const { value, ephemeral } = request;
      const owner = ephemeral ? session : 0n;
      return { value, czxid: zxid, mzxid: zxid, version: 0, owner };
    }
    case "stat":
      return request.kind === "set"
        ? { ...result.stat, value: request.value, mzxid: zxid }
        : result.stat;
    case "data":
      return { ...result.stat, value: result.value };
    case "children":
      return { ...result.stat, children: result.names.toSorted() };
    default:
      return null;
  }
}

function isFounded({ request }: Exchange, code: number, node: NodeState | null): boolean {
  switch (code) {
    case REFUSED.noNode:
      return node === null;
    case REFUSED.nodeExists:
      return node !== null;
    case REFUSED.badVersion:
      return "version" in request && node !== null && node.version !== request.version;
    default:
      return false;
  }
}
