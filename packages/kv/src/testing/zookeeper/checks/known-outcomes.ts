import type { ZooKeeperResult } from "../../../zookeeper/apply/index.ts";
import type { ClientHistory, Fact, ZnodeRequest, ZnodeResult } from "../../sessions/facts.ts";
import type { AppliedZxids } from "../truth/applied-zxids.ts";

type Asked = Extract<Fact, { kind: "asked" }>;

/** A write, and the session in which it was asked for. */
export interface AskedWrite {
  readonly fact: Asked;
  readonly session: bigint;
}

/** A client's writes on each of its connections. */
export function writesOf({ facts }: ClientHistory): readonly (readonly AskedWrite[])[] {
  const connections: AskedWrite[][] = [];
  let session = 0n;
  for (const fact of facts) {
    if (fact.kind === "connected") {
      ({ session } = fact);
      connections.push([]);
    } else if (fact.kind === "asked" && isWrite(fact.request)) {
      connections.at(-1)?.push({ fact, session });
    }
  }
  return connections;
}

/**
 * The history as it was in truth: of each write that nobody answered either the answer that it should
 * have had, at the time at which it was applied, or nothing at all.
 */
export function withKnownOutcomes(history: ClientHistory, applied: AppliedZxids): ClientHistory {
  const answered = new Set(
    history.facts.flatMap((fact) => (fact.kind === "answered" ? [fact.number] : [])),
  );
  const lost = new Set<number>();
  const known: Fact[] = [];
  for (const { fact, session } of writesOf(history).flat()) {
    const { number } = fact;
    if (answered.has(number)) continue;
    const found = applied.request(session, number);
    const result = found === null ? null : resultOf(found.result);
    if (found === null || result === null) lost.add(number);
    else known.push({ kind: "answered", at: found.at, number, zxid: found.result.zxid, result });
  }
  const facts = history.facts.filter((fact) => fact.kind !== "asked" || !lost.has(fact.number));
  return { client: history.client, facts: [...facts, ...known] };
}

/** Null: no result of such a request. */
function resultOf(result: ZooKeeperResult): ZnodeResult | null {
  switch (result.kind) {
    case "created":
      return { kind: "created", path: result.path };
    case "changed": {
      const { created, modified, childrenModified, version } = result.stat;
      const stat = {
        czxid: created.zxid,
        mzxid: modified.zxid,
        pzxid: childrenModified.zxid,
        version,
        owner: 0n,
      };
      return { kind: "stat", stat };
    }
    case "deleted":
    case "sessionClosed":
      return { kind: "done" };
    case "refused":
      return { kind: "refused", code: result.error };
    default:
      return null;
  }
}

/** Whether a request goes through the log. */
export function isWrite({ kind }: ZnodeRequest): boolean {
  return kind === "create" || kind === "set" || kind === "delete" || kind === "close";
}
