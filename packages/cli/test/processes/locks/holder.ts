// holder.ts WAY ENDPOINT,… NAME TTL PORT: takes a lock, says "holds TOKEN", and writes into the register
// on the port when it is told to. It says when it has lost the lock, and writes all the same.
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { connect, type EtcdClient } from "@quorate/kv";
import { lockInZooKeeper } from "./lock-in-zookeeper.ts";
import { lockByService, tokenOf } from "./lock-service.ts";

const [way, list = "", name = "", ttl = "", port = ""] = process.argv.slice(2);
const endpoints = list.split(",");
const { token, lost } = await take();
lost.addEventListener("abort", () => console.log("lost"));

const register = createConnection(Number(port), "127.0.0.1");
const answers = createInterface({ input: register })[Symbol.asyncIterator]();
console.log(`holds ${token}`);

for await (const command of createInterface({ input: process.stdin })) {
  if (command === "stop") {
    console.log(lost.aborted ? "has lost it" : "has it");
    // It has looked, and is stopped before it writes: nothing else runs in between.
    process.kill(process.pid, "SIGSTOP");
  }
  register.write(`${token}\n`);
  const { value } = await answers.next();
  console.log(value);
}
process.exit();

interface Held {
  readonly token: number;
  readonly lost: AbortSignal;
}

function take(): Promise<Held> {
  if (way === "zookeeper") return lockInZooKeeper(endpoints, name, Number(ttl) * 1000);
  const client = connect({ endpoints, timeoutMillis: 10_000 });
  return way === "service" ? takeByService(client) : takeByRecipe(client);
}

async function takeByRecipe(client: EtcdClient): Promise<Held> {
  const lock = await client.lock(name, { ttlSeconds: Number(ttl) });
  return { token: lock.fencingToken, lost: lock.lost };
}

async function takeByService(client: EtcdClient): Promise<Held> {
  const lease = await client.lease(Number(ttl));
  const key = await lockByService(endpoints, name, lease.id);
  return { token: await tokenOf(client, key), lost: lease.lost };
}
