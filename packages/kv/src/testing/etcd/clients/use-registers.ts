import type { EtcdRange, EtcdRequest } from "@quorate/core/testing/linearizability";
import type { ClientWorld } from "./client-world.ts";
import type { SimClient } from "./sim-client.ts";
import { think } from "../../clients/think.ts";

/** Where the keys are that are used one at a time. */
export const REGISTERS = "r/";

/** Reads, writes, swaps and deletes single keys until it is over. */
export async function useRegisters(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng } = client;
  /** Where it last saw each key changed. */
  const seen = new Map<string, number>();
  let writes = 0;
  while (await think(client, world)) {
    const key = `${REGISTERS}${prng.below(world.workload.registers)}`;
    const value = `${client.name}.${++writes}`;
    const request = pickRequest(client, key, value, seen.get(key) ?? 0);
    const answer = await world.history.ask(client, request);
    if (answer === null) continue;
    const { result, revision } = answer;
    const results = result.kind === "txn" ? result.results : [result];
    for (const each of results) {
      if (each.kind === "put") seen.set(key, revision ?? 0);
      else if (each.kind === "range") seen.set(key, each.kvs[0]?.modRevision ?? 0);
    }
  }
}

function pickRequest({ prng }: SimClient, key: string, value: string, seenAt: number): EtcdRequest {
  const read: EtcdRange = { kind: "range", key, end: null };
  const put: EtcdRequest = { kind: "put", key, value };
  const swap: EtcdRequest = {
    kind: "txn",
    compare: [{ target: "modRevision", key, number: seenAt }],
    success: [put],
    failure: [read],
  };
  const exchange: EtcdRequest = { kind: "txn", compare: [], success: [read, put], failure: [] };
  const remove: EtcdRequest = { kind: "delete", key, end: null };
  const kinds = [put, put, put, read, read, read, swap, swap, exchange, remove];
  return prng.pick(kinds);
}
