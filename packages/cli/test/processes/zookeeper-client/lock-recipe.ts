import { REFUSED, type ZnodeRequest } from "@quorate/kv/testing";
import {
  LossError,
  SessionOverError,
  type Answered,
  type SessionClient,
} from "./session-client.ts";

/** What whoever has a lock has. */
export interface HeldLock {
  /** Of the node that says so. */
  readonly path: string;
  /** Its czxid: above that of everybody who had the lock before. */
  readonly token: number;
}

/**
 * Takes a lock by ZooKeeper's recipe: with a sequential node that ends with its session, and a watch of
 * the one before it. Goes on where connections are lost.
 *
 * @param lock - the node below which those wait who want it
 * @param owner - nobody else's name, by which it finds its node where the answer was lost
 * @throws `SessionOverError`
 */
export async function takeLock(
  client: SessionClient,
  lock: string,
  owner: string,
): Promise<HeldLock> {
  const { name, token } = await enqueue(client, lock, owner);
  for (;;) {
    const waiters = await waitersOf(client, lock);
    const place = waiters.indexOf(name);
    if (place === -1) throw new SessionOverError(`${name} is gone`);
    const before = waiters[place - 1];
    if (before === undefined) return { path: `${lock}/${name}`, token };
    const look = { kind: "exists", path: `${lock}/${before}`, watch: true } as const;
    const { result, event } = await askUntilAnswered(client, look);
    if (result.kind === "refused" && result.code === REFUSED.noNode) continue;
    if ((await event) === null) throw new SessionOverError("the session is gone");
  }
}

/**
 * Repeats a request that may be carried out twice, until there is an answer.
 *
 * @throws `SessionOverError`
 */
export async function askUntilAnswered(
  client: SessionClient,
  request: ZnodeRequest,
): Promise<Answered> {
  for (;;) {
    try {
      return await client.ask(request);
    } catch (thrown) {
      if (!(thrown instanceof LossError)) throw thrown;
    }
  }
}

/** Makes the node that waits. */
async function enqueue(
  client: SessionClient,
  lock: string,
  owner: string,
): Promise<{ readonly name: string; readonly token: number }> {
  const node = { ephemeral: true, sequential: true, value: "" } as const;
  for (;;) {
    try {
      const create = { kind: "create", path: `${lock}/${owner}-`, ...node } as const;
      const { result, zxid } = await client.ask(create);
      if (result.kind !== "created") throw new Error(`${owner}: ${JSON.stringify(result)}`);
      return { name: result.path.slice(lock.length + 1), token: zxid };
    } catch (thrown) {
      if (!(thrown instanceof LossError)) throw thrown;
    }
    // It may be there all the same.
    const waiters = await waitersOf(client, lock);
    const name = waiters.find((each) => each.startsWith(`${owner}-`));
    if (name === undefined) continue;
    const look = { kind: "exists", path: `${lock}/${name}`, watch: false } as const;
    const { result } = await askUntilAnswered(client, look);
    if (result.kind === "stat") return { name, token: result.stat.czxid };
  }
}

/** The names of those who wait, the first first. */
async function waitersOf(client: SessionClient, lock: string): Promise<readonly string[]> {
  const list = { kind: "children", path: lock, watch: false } as const;
  const { result } = await askUntilAnswered(client, list);
  if (result.kind !== "children") throw new Error(`${lock}: ${JSON.stringify(result)}`);
  return result.names.toSorted((a, b) => numberOf(a) - numberOf(b));
}

function numberOf(name: string): number {
  return Number(name.slice(name.lastIndexOf("-") + 1));
}
