import type { LockHolder } from "../../clients/lock-history.ts";
import { pause, think } from "../../clients/think.ts";
import type { ZooKeeperClientWorld } from "../client/client-world.ts";
import type { SimClient } from "../client/sim-client.ts";
import { freshRead } from "./use-registers.ts";

/** Where locks are, each with its queue below it, and what they protect. */
export const LOCKS = "/l";
export const GUARDED = "/g";

/** How long a client waits for its turn. */
const PATIENCE_MILLIS = 10_000;

/** A place in a lock's queue. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly czxid: number;
  readonly session: bigint;
}

/** Takes locks by ZooKeeper's recipe, holds them for a while, and sleeps past their end at times. */
export async function useLocks(client: SimClient, world: ZooKeeperClientWorld): Promise<void> {
  const { prng, name, process } = client;
  const { journal, locks, workload, cluster } = world;
  for (let n = 1; await think(client, world); n++) {
    const key = `k${prng.below(workload.locks)}`;
    const invoked = journal.moment();
    const place = await takePlace(client, key);
    if (place === null) continue;
    if (await isFirst(client, key, place)) {
      const { czxid: token, session: lease } = place;
      const holder = locks.acquired({ key, owner: `${name}#${n}`, token, lease, invoked });
      await pause(client, prng.between(1, 1500));
      if (prng.chance(0.2)) {
        process.pause();
        await cluster.sleep(prng.between(500, 10_000));
        process.resume();
      }
      if (prng.chance(0.5)) await writeGuarded(client, key, token);
      else await writeWhileHeld(client, key, place);
      await release(client, world, place, holder);
    } else await leave(client, place);
  }
}

/** @returns null where nobody knows whether it has one; its session's end takes that away */
async function takePlace(client: SimClient, key: string): Promise<Place | null> {
  const session = await client.connected();
  if (session === null) return null;
  const reply = await client.ask({
    kind: "create",
    path: `${LOCKS}/${key}/n-`,
    value: client.name,
    ephemeral: true,
    sequential: true,
  });
  if (reply === null) await endSession(client, session);
  if (reply?.result.kind !== "created") return null;
  const { path } = reply.result;
  return { path, name: path.slice(path.lastIndexOf("/") + 1), czxid: reply.zxid, session };
}

/** Waits until nobody is before it; false when it has waited long enough, or has lost its place. */
async function isFirst(client: SimClient, key: string, place: Place): Promise<boolean> {
  const { clock } = client.process;
  const until = clock.now() + PATIENCE_MILLIS;
  while (clock.now() < until && client.session === place.session) {
    const list = await client.ask({ kind: "children", path: `${LOCKS}/${key}`, watch: false });
    if (list?.result.kind !== "children") continue;
    const queue = list.result.names.toSorted();
    const at = queue.indexOf(place.name);
    if (at < 0) return false;
    if (at === 0) return client.session === place.session;
    const before = `${LOCKS}/${key}/${queue[at - 1] ?? ""}`;
    const seen = await client.ask({ kind: "exists", path: before, watch: true });
    if (seen?.result.kind !== "stat") continue;
    while (clock.now() < until && client.isWatching({ kind: "data", path: before })) {
      await client.happens(until - clock.now());
    }
  }
  return false;
}

/** Writes with the lock's token, unless a newer one is there. */
async function writeGuarded(client: SimClient, key: string, token: number): Promise<void> {
  const path = `${GUARDED}/${key}`;
  const read = await freshRead(client, path);
  if (read?.result.kind !== "data" || Number(read.result.value) >= token) return;
  const { version } = read.result.stat;
  await client.ask({ kind: "set", path, value: `${token}`, version });
}

/** Writes the token if the place in the queue is still there, as one transaction. */
async function writeWhileHeld(client: SimClient, key: string, place: Place): Promise<void> {
  await client.multi([
    { kind: "check", path: place.path, version: 0 },
    { kind: "set", path: `${GUARDED}/${key}`, value: `${place.czxid}` },
  ]);
}

async function release(
  client: SimClient,
  { locks }: ZooKeeperClientWorld,
  place: Place,
  holder: LockHolder,
): Promise<void> {
  const gone = new Error("it may not have worked");
  await locks
    .release(holder, async () => {
      if (!(await leave(client, place))) throw gone;
    })
    .catch((thrown: unknown) => {
      if (thrown !== gone) throw thrown;
    });
}

/** @returns whether the place is gone, and when is known */
async function leave(client: SimClient, { path, session }: Place): Promise<boolean> {
  if (client.session !== session) return false;
  const reply = await client.ask({ kind: "delete", path, version: null });
  if (reply === null) await endSession(client, session);
  return reply?.result.kind === "done";
}

/** A place that nobody knows of would be in the way of all others. */
async function endSession(client: SimClient, session: bigint): Promise<void> {
  while (client.session === session) await client.ask({ kind: "close" });
}
