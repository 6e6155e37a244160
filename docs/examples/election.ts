/**
 * What a service does of which one instance is to lead: each campaigns, one wins, and everybody sees
 * who it is. When the leader goes, the next one leads.
 *
 * Here it runs on a cluster in this process; with ETCD_ENDPOINTS on any other, of Quorate or of etcd.
 */
import { connect, startEnsemble } from "@quorate/kv";

const endpoints = process.env["ETCD_ENDPOINTS"]?.split(",");
const ensemble = endpoints === undefined ? await startEnsemble() : null;
const client = ensemble?.client() ?? connect({ endpoints: endpoints ?? [] });
const election = client.election("elections/scheduler");

const seen: string[] = [];
const watching = (async () => {
  for await (const leader of election.observe()) {
    if (leader !== null) seen.push(leader.text);
    if (leader?.text === "berta, ready") break;
  }
})();

const anna = await election.campaign("anna");
const campaigning = election.campaign("berta");
console.log("asked:", (await election.leader())?.text);
await anna.resign();

const berta = await campaigning;
console.log("a greater token:", berta.fencingToken > anna.fencingToken);
await berta.proclaim("berta, ready");
await watching;
console.log("seen:", seen.join(", then "));
await berta.resign();
client.close();
await ensemble?.close();
// → asked: anna
// → a greater token: true
// → seen: anna, then berta, then berta, ready
