/**
 * What instances of a service do so that others find them: each registers itself under a lease, which its
 * process keeps alive. One that dies is gone when its lease ends.
 *
 * Here it runs on a cluster in this process; with ETCD_ENDPOINTS on any other, of Quorate or of etcd.
 */
import { connect, startEnsemble } from "@quorate/kv";

const endpoints = process.env["ETCD_ENDPOINTS"]?.split(",");
const ensemble = endpoints === undefined ? await startEnsemble() : null;
const client = ensemble?.client() ?? connect({ endpoints: endpoints ?? [] });
const registry = client.registry();

const seen: string[] = [];
const watching = (async () => {
  for await (const instances of registry.watch("billing")) {
    seen.push(instances.map(({ name }) => name).join(" + ") || "nobody");
    if (seen.length > 1 && instances.length === 0) break;
  }
})();

const one = await registry.register("billing", "b1", { url: "http://10.0.0.1:80" });
const two = await registry.register("billing", "b2", { url: "http://10.0.0.2:80" });
for (const { name, metadata } of await registry.instances("billing")) console.log(name, metadata);
await one.withdraw();
await two.withdraw();
await watching;
console.log("in the end there is", seen.at(-1));
client.close();
await ensemble?.close();
// → b1 { url: 'http://10.0.0.1:80' }
// → b2 { url: 'http://10.0.0.2:80' }
// → in the end there is nobody
