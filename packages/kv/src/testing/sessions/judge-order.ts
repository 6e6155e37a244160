import type { ClientHistory, Fact, ZnodeRequest } from "./facts.ts";

type Asked = Extract<Fact, { kind: "asked" }>;

/**
 * Whether each client was answered in the order in which it asked, and never from a state before one
 * that it had seen: on one connection, and on all of them. A write comes behind all that its client had
 * seen when it asked for it.
 */
export function judgeOrder(histories: readonly ClientHistory[]): readonly string[] {
  return histories.flatMap(judgeClient);
}

function judgeClient({ client, facts }: ClientHistory): readonly string[] {
  const wrong: string[] = [];
  /** What is still to be answered on this connection, with what was seen when it was asked. */
  let waiting: { readonly asked: Asked; readonly seen: number }[] = [];
  let seen = 0;
  for (const fact of facts) {
    switch (fact.kind) {
      case "asked":
        waiting.push({ asked: fact, seen });
        break;
      case "disconnected":
        waiting = [];
        break;
      case "answered": {
        const { number, zxid, result } = fact;
        const at = waiting.findIndex(({ asked }) => asked.number === number);
        const [found] = at === -1 ? [] : waiting.splice(at, 1);
        if (found === undefined) {
          wrong.push(`${client}: request ${number} was answered, and none waited for it`);
          break;
        }
        const { request } = found.asked;
        const earlier = waiting.slice(0, at).find(({ asked }) => isOrdered(asked.request));
        if (isOrdered(request) && earlier !== undefined) {
          wrong.push(`${client}: request ${number} was answered before ${earlier.asked.number}`);
        }
        if (zxid < seen) {
          wrong.push(`${client}: request ${number} was answered at zxid ${zxid} after ${seen}`);
        }
        if (isWrite(request) && result.kind !== "refused" && zxid <= found.seen) {
          wrong.push(
            `${client}: write ${number} has zxid ${zxid}, and ${found.seen} was seen before`,
          );
        }
        seen = Math.max(seen, zxid);
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
