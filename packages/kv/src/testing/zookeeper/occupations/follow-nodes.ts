import { think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";
import type { Followed } from "../client/wire.ts";
import { EPHEMERALS } from "./keep-ephemerals.ts";
import { LOCKS } from "./use-locks.ts";
import { REGISTERS } from "./use-registers.ts";

const WATCHES: readonly Followed[] = [
  { kind: "persistent", path: REGISTERS },
  { kind: "persistent", path: `${REGISTERS}/0` },
  { kind: "persistent", path: EPHEMERALS },
  { kind: "recursive", path: REGISTERS },
  { kind: "recursive", path: EPHEMERALS },
  { kind: "recursive", path: LOCKS },
  { kind: "recursive", path: "/" },
];

/** Watches of one session. */
const WATCHES_MAX = 3;

/** Follows what happens to nodes, and reads and writes meanwhile; at times in another session. */
export async function followNodes(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng } = client;
  let session: bigint | null = null;
  let left = 0;
  for (let n = 1; await think(client, world); n++) {
    if (client.session !== session) {
      ({ session } = client);
      left = prng.between(1, WATCHES_MAX);
    }
    const path = `${REGISTERS}/${prng.below(world.workload.registers)}`;
    if (left > 0) {
      left--;
      await client.follow(prng.pick(WATCHES));
    } else if (prng.chance(0.05)) await client.ask({ kind: "close" });
    else if (prng.chance(0.5)) await client.ask({ kind: "exists", path, watch: false });
    else await client.ask({ kind: "set", path, value: `${client.name}.${n}`, version: null });
  }
}
