import { between, type KeyRange } from "../../../client/key-range.ts";
import { keyRange } from "../../../etcd/store/index.ts";
import { WatchCheck } from "../checks/watch-check.ts";
import type { ClientWorld } from "./client-world.ts";
import type { SimClient } from "./sim-client.ts";
import { pause } from "../../clients/think.ts";

const RANGES: readonly KeyRange[] = [
  between("r/", "r0"),
  between("s/", "s0"),
  between("b/", "b0"),
  between("a", "z"),
  { key: Uint8Array.of(0x72, 0x2f, 0x30), rangeEnd: new Uint8Array(0) }, // r/0
];

/** How far back a watch may begin. */
const REVISIONS = 300;

/**
 * Watches keys from now on or from a revision of the past, one watch after the other; the last one until
 * the very end, when it must have been told everything. Some are slow to take what they are told.
 */
export async function watchKeys(client: SimClient, world: ClientWorld): Promise<void> {
  const { prng, process } = client;
  const { over } = world;
  for (let n = 1; !over.aborted; n++) {
    const lifeMillis = prng.between(1000, 30_000);
    let cancel = (): void => {};
    const stop = process.clock.after(lifeMillis, () => {
      if (!over.aborted) cancel();
    });
    await follow(client, world, n, (how) => (cancel = how));
    stop();
  }
}

async function follow(
  client: SimClient,
  { applied, journal, watches, over }: ClientWorld,
  n: number,
  onCancel: (cancel: () => void) => void,
): Promise<void> {
  const { prng, etcd } = client;
  const keys = prng.pick(RANGES);
  const { revision } = applied.keyspace;
  const isPast = prng.chance(0.5);
  const fromRevision = isPast ? prng.between(Math.max(1, revision - REVISIONS), revision) : 0;
  const only = prng.pick([null, null, null, "puts", "deletes"] as const);
  const prevKv = prng.chance(0.3);
  const bufferBytes = prng.pick([300, 5000, 4_000_000]);
  const slowMillis = prng.chance(0.4) ? prng.between(10, 500) : 0;
  const watch = etcd.watch(keys, {
    prevKv,
    bufferBytes,
    ...(isPast ? { fromRevision } : {}),
    ...(only === null ? {} : { only }),
  });
  onCancel(() => watch.cancel());
  const from = await watch.ready.catch(() => null);
  if (from === null) return;
  const range = keyRange(keys.key, keys.rangeEnd);
  const check = new WatchCheck(
    `${client.name}.${n}`,
    { range, only, prevKv },
    from,
    applied.keyspace,
    journal,
  );
  watches.add(check);
  for await (const item of watch) {
    check.take(item);
    if (slowMillis > 0 && !over.aborted) await pause(client, slowMillis);
  }
  watches.delete(check);
}
