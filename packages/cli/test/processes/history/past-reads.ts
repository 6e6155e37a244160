import type {
  EtcdAnswer,
  EtcdRange,
  EtcdRequest,
  History,
  Operation,
} from "@quorate/core/testing/linearizability";
import { between, connect, type EtcdClient } from "@quorate/kv";
import { toModel } from "@quorate/kv/testing";

type EtcdOperation = Operation<EtcdRequest, EtcdAnswer>;
type EtcdHistory = History<EtcdRequest, EtcdAnswer>;

const TIMEOUT_MS = 10_000;

/**
 * Reads a store as it was at every revision that no change was answered with: so it comes out what
 * requests of unknown outcome did, and the checker need not try them in all orders.
 *
 * To read the past is to have read when that was the newest revision: any time after all that was done
 * up to it had been asked for, and before any answer that came of a later one.
 */
export async function readPast(
  endpoints: readonly string[],
  store: EtcdRange,
  history: EtcdHistory,
): Promise<EtcdHistory> {
  const client = connect({ endpoints, timeoutMillis: TIMEOUT_MS });
  try {
    return await readPastWith(client, store, history);
  } finally {
    client.close();
  }
}

async function readPastWith(
  client: EtcdClient,
  store: EtcdRange,
  history: EtcdHistory,
): Promise<EtcdHistory> {
  const keys = between(store.key, store.end ?? `${store.key}\0`);
  const { revision: newest } = await client.range(keys);
  const changed = new Set(history.map(revisionChanged));
  const reads: EtcdOperation[] = [];
  for (let revision = 1; revision <= newest; revision++) {
    if (changed.has(revision)) continue;
    const { kvs } = await client.range(keys, { revision });
    const output = { revision, result: { kind: "range", kvs: kvs.map(toModel) } } as const;
    const { from, to } = spanOf(revision, history);
    // Where answers contradict each other, it says so as well.
    const answer = { at: Math.max(from, to), output };
    reads.push({ client: "past", input: store, invoked: from, answer });
  }
  return reads;
}

/** The revision that a request made, if it was answered and changed anything. */
function revisionChanged({ answer }: EtcdOperation): number | null {
  if (answer === null) return null;
  const { revision, result } = answer.output;
  switch (result.kind) {
    case "range":
      return null;
    case "put":
      return revision;
    case "delete":
      return result.deleted > 0 ? revision : null;
    case "txn":
      return result.succeeded ? revision : null;
  }
}

/** When the revision was the newest, as far as answers tell. */
function spanOf(
  revision: number,
  history: EtcdHistory,
): { readonly from: number; readonly to: number } {
  let [from, to] = [0, performance.now()];
  for (const { invoked, answer } of history) {
    if (answer === null) continue;
    if ((answer.output.revision ?? 0) <= revision) from = Math.max(from, invoked);
    else to = Math.min(to, answer.at);
  }
  return { from, to };
}
