/**
 * What a job does that must not run twice at a time, on many machines: it takes a lock, and hands its
 * fencing token on to what the lock protects.
 *
 * Here it runs on a cluster in this process; with ETCD_ENDPOINTS on any other, of Quorate or of etcd.
 */
import { compare, connect, op, startEnsemble, type EtcdClient, type Lock } from "@quorate/kv";

const endpoints = process.env["ETCD_ENDPOINTS"]?.split(",");
const ensemble = endpoints === undefined ? await startEnsemble() : null;
const client = ensemble?.client() ?? connect({ endpoints: endpoints ?? [] });

const first = await client.lock("locks/report", { ttlSeconds: 10 });
console.log("first has it, another one", (await client.tryLock("locks/report")) ?? "has not");

// Waits its turn: locks are handed on in the order in which they were asked for.
const waiting = client.lock("locks/report");
console.log("first writes:", await store(client, first, "draft"));
await first.release();

const second = await waiting;
console.log("second's token is greater:", second.fencingToken > first.fencingToken);
console.log("second writes:", await store(client, second, "final"));

// A process that was stopped for longer than its lease does not know that it lost the lock.
console.log("first writes again:", await store(client, first, "stale"));
console.log("the report is", (await client.get("report"))?.text);
await second.release();
client.close();
await ensemble?.close();

/** Writes the report, unless somebody wrote it with a greater token; answers whether it did. */
async function store(by: EtcdClient, { fencingToken }: Lock, text: string): Promise<boolean> {
  const known = await by.get("report/token");
  if (known !== null && Number(known.text) > fencingToken) return false;
  const { succeeded } = await by
    .txn()
    .if(compare("report/token").modRevision.equals(known?.modRevision ?? 0))
    .do(op.put("report/token", String(fencingToken)), op.put("report", text))
    .commit();
  return succeeded;
}
// → first has it, another one has not
// → first writes: true
// → second's token is greater: true
// → second writes: true
// → first writes again: false
// → the report is final
