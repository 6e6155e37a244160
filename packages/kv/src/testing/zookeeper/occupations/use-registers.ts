import { think } from "../../clients/think.ts";
import type { ZnodeRequest } from "../../sessions/facts.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { Reply, SimClient } from "../client/sim-client.ts";

/** Where the nodes are that are used one at a time. */
export const REGISTERS = "/r";

/** So many requests may be under way at once. */
const BURST_MAX = 8;

/** Creates, sets, deletes and reads single nodes, one after the other or many at once. */
export async function useRegisters(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng } = client;
  /** The version that each node had when it was last seen. */
  const seen = new Map<string, number>();
  const padding = "-".repeat(world.workload.paddingBytes);
  let writes = 0;
  while (await think(client, world)) {
    const burst = prng.chance(0.25) ? prng.between(2, BURST_MAX) : 1;
    await Promise.all(
      Array.from({ length: burst }, async () => {
        const path = `${REGISTERS}/${prng.below(world.workload.registers)}`;
        const value = `${client.name}.${++writes}${padding}`;
        const reply = await use(client, path, value, seen.get(path) ?? 0);
        if (reply !== null && "stat" in reply.result) seen.set(path, reply.result.stat.version);
      }),
    );
  }
}

/** Asks for one thing; a read that must not be of the past comes behind a sync. */
function use(
  client: SimClient,
  path: string,
  value: string,
  version: number,
): Promise<Reply | null> {
  const { prng } = client;
  const create: ZnodeRequest = { kind: "create", path, value, ephemeral: false, sequential: false };
  const watch = prng.chance(0.3);
  const get: ZnodeRequest = { kind: "get", path, watch };
  const swap: ZnodeRequest = { kind: "set", path, value, version };
  const kinds: readonly (() => Promise<Reply | null>)[] = [
    () => client.ask(create),
    () => client.ask(create),
    () => client.ask(swap),
    () => client.ask(swap),
    () => client.ask({ ...swap, version: null }),
    () => client.ask({ kind: "delete", path, version: prng.pick([null, version]) }),
    () => client.ask(get),
    () => client.ask({ kind: "exists", path, watch }),
    () => client.ask({ kind: "children", path: REGISTERS, watch }),
    () => freshRead(client, path),
    () => freshRead(client, path),
    () => freshRead(client, path),
  ];
  return prng.pick(kinds)();
}

/** Reads what is there now, not what one member has. */
export async function freshRead(client: SimClient, path: string): Promise<Reply | null> {
  if ((await client.connected()) === null) return null;
  const [, reply] = await Promise.all([
    client.ask({ kind: "sync" }),
    client.ask({ kind: "get", path, watch: false }),
  ]);
  return reply;
}
