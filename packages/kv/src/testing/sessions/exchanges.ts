import type { ClientHistory, ZnodeRequest, ZnodeResult } from "./facts.ts";

/** A request, and what came of it. */
export interface Exchange {
  readonly client: string;
  /** Null where the client had none yet. */
  readonly session: bigint;
  readonly request: ZnodeRequest;
  readonly askedAt: number;
  /** Null: the outcome is unknown. */
  readonly answer: Answer | null;
}

export interface Answer {
  readonly at: number;
  readonly zxid: number;
  readonly result: ZnodeResult;
  /** The greatest zxid that the client had been answered with before. */
  readonly seen: number;
}

/** A client's requests, in the order in which it made them. */
export function exchangesOf({ client, facts }: ClientHistory): readonly Exchange[] {
  const exchanges = new Map<number, Exchange>();
  let session = 0n;
  let seen = 0;
  for (const fact of facts) {
    switch (fact.kind) {
      case "connected":
        ({ session } = fact);
        break;
      case "asked": {
        const { number, request, at } = fact;
        exchanges.set(number, { client, session, request, askedAt: at, answer: null });
        break;
      }
      case "answered": {
        const { number, at, zxid, result } = fact;
        const asked = exchanges.get(number);
        if (asked === undefined)
          throw new Error(`${client} was answered ${number}, and never asked`);
        exchanges.set(number, { ...asked, answer: { at, zxid, result, seen } });
        seen = Math.max(seen, zxid);
        break;
      }
      case "told":
      case "disconnected":
      case "expired":
        break;
    }
  }
  return [...exchanges.values()];
}
