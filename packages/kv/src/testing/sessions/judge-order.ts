import type { ClientHistory, Fact, ZnodeRequest } from "./facts.ts";

type Asked = Extract<Fact, { kind: "asked" }>;

/**
 * Whether each client was answered in the order in which it asked, and never from a state before one
 * that it had seen: on one connection, and on all of them. No request showed a write that its client made
 * after it.
 */
export function judgeOrder(histories: readonly ClientHistory[]): readonly string[] {
  return histories.flatMap(judgeClient);
}

function judgeClient({ client, facts }: ClientHistory): readonly string[] {
  const wrong: string[] = [];
  /** What is still to be answered on this connection. */
  let waiting: Asked[] = [];
  let seen = 0;
  /** By what was asked before whatever is asked next. */
  let seenInOrder = 0;
  for (const fact of facts) {
    switch (fact.kind) {
      case "asked":
        waiting.push(fact);
        break;
      case "disconnected":
        waiting = [];
        break;
      case "answered": {
        const { number, zxid, result } = fact;
        const at = waiting.findIndex((asked) => asked.number === number);
        const [asked] = at === -1 ? [] : waiting.splice(at, 1);
        if (asked === undefined) {
          wrong.push(`${client}: request ${number} was answered, and none waited for it`);
          break;
        }
        const { request } = asked;
        const earlier = waiting.slice(0, at).find((other) => isOrdered(other.request));
        if (isOrdered(request) && earlier !== undefined) {
          wrong.push(`${client}: request ${number} was answered before ${earlier.number}`);
        }
        if (zxid < seen) {
          wrong.push(`${client}: request ${number} was answered at zxid ${zxid} after ${seen}`);
        } else if (isWrite(request) && result.kind !== "refused" && zxid <= seenInOrder) {
          wrong.push(
            `${client}: write ${number} has zxid ${zxid}, which a request before it was answered at`,
          );
        }
        seen = Math.max(seen, zxid);
        if (isOrdered(request)) seenInOrder = Math.max(seenInOrder, zxid);
        break;
      }
      case "connected":
      case "told":
      case "expired":
        break;
    }
  }
  return wrong;
}

/** Pings may overtake: nobody waits for what they say. */
function isOrdered({ kind }: ZnodeRequest): boolean {
  return kind !== "ping";
}

function isWrite({ kind }: ZnodeRequest): boolean {
  return kind === "create" || kind === "set" || kind === "delete";
}
