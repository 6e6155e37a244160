import type {
  EtcdAction,
  EtcdCompare,
  EtcdKeys,
  EtcdRequest,
} from "@quorate/core/testing/linearizability";
import type { ClientWorld } from "./client-world.ts";
import type { SimClient } from "./sim-client.ts";
import { think } from "../../clients/think.ts";

/** Where the keys are that are used several at a time. */
export const RANGE: EtcdKeys = { key: "s/", end: "s0" };

/** Reads and deletes ranges of keys and changes several in one transaction, until it is over. */
export async function useRanges(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, name } = client;
  const { history, workload } = world;
  /** Where it last saw each key changed. */
  let seen: ReadonlyMap<string, number> = new Map<string, number>();
  for (let n = 1; await think(client, world); n++) {
    const anyKey = (): string => `${RANGE.key}${prng.below(workload.rangeKeys)}`;
    const put = (key: string): EtcdAction => ({ kind: "put", key, value: `${name}.${n}` });
    const answer = await history.ask(client, pickRequest(client, anyKey, put, seen));
    const { result } = answer ?? {};
    const results = result?.kind === "txn" ? result.results : [result];
    for (const each of results) {
      if (each?.kind !== "range") continue;
      seen = new Map(each.kvs.map((kv) => [kv.key, kv.modRevision]));
    }
  }
}

function pickRequest(
  { prng }: SimClient,
  anyKey: () => string,
  put: (key: string) => EtcdAction,
  seen: ReadonlyMap<string, number>,
): EtcdRequest {
  const readAll: EtcdAction = { kind: "range", ...RANGE };
  const [first, second] = [anyKey(), anyKey()];
  const unchanged = (key: string): EtcdCompare => ({
    target: "modRevision",
    key,
    number: seen.get(key) ?? 0,
  });
  switch (prng.below(10)) {
    case 0:
    case 1:
    case 2:
      return readAll;
    case 3:
      return { kind: "range", key: first, end: RANGE.end };
    case 4:
      return { kind: "delete", key: first, end: prng.chance(0.5) ? null : `${first}~` };
    case 5:
      return put(first);
    case 6:
      // All or nothing: whoever reads both must find the same in them, or neither.
      return {
        kind: "txn",
        compare: [],
        success: [put(first), ...(first === second ? [] : [put(second)])],
        failure: [],
      };
    default:
      return {
        kind: "txn",
        compare: [unchanged(first), ...(first === second ? [] : [unchanged(second)])],
        success: [readAll, put(first)],
        failure: [readAll],
      };
  }
}
