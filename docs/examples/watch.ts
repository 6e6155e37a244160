/**
 * What a program does that follows its configuration: it reads it once, and then every change from that
 * revision on. Nothing is missed in between, nor when a server goes away; and where history was compacted
 * before it could be told, the watch says so instead of hiding it.
 *
 * Here it runs on a cluster in this process; with ETCD_ENDPOINTS on any other, of Quorate or of etcd.
 */
import { connect, prefix, startEnsemble } from "@quorate/kv";

const endpoints = process.env["ETCD_ENDPOINTS"]?.split(",");
const ensemble = endpoints === undefined ? await startEnsemble() : null;
const client = ensemble?.client() ?? connect({ endpoints: endpoints ?? [] });
const keys = prefix("config/");

await client.put("config/colour", "red");
const { revision, kvs } = await client.getAll(keys);
console.log("read", ...kvs.map((kv) => `${kv.keyText}=${kv.text}`));

await client.put("config/colour", "green");
await client.delete("config/colour");
await client.put("config/size", "3");
for await (const item of client.watch(keys, { fromRevision: revision + 1, prevKv: true })) {
  if (item.kind !== "changes") continue;
  for (const { kind, kv, previous } of item.changes) {
    console.log(kind, kv.keyText, kind === "put" ? kv.text : `which was ${previous?.text}`);
  }
  if (item.changes.some(({ kv }) => kv.keyText === "config/size")) break;
}

// Somebody who was away while history was compacted is told so, and looks at what there is now.
await client.compact((await client.getAll(keys)).revision);
for await (const item of client.watch(keys, { fromRevision: revision + 1 })) {
  if (item.kind === "gap") console.log("a part is lost: read everything again");
  break;
}
client.close();
await ensemble?.close();
// → read config/colour=red
// → put config/colour green
// → delete config/colour which was green
// → put config/size 3
// → a part is lost: read everything again
