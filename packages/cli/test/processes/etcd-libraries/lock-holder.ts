// lock-holder.ts HOST,… NAME TTL: takes a lock with etcd's client for Node, says so, and keeps it.
import { Etcd3 } from "etcd3";

const [, , hosts = "", name = "", ttl = ""] = process.argv;
await new Etcd3({ hosts: hosts.split(",") }).lock(name).ttl(Number(ttl)).acquire();
console.log("locked");
process.stdin.on("end", () => process.exit()).resume();
