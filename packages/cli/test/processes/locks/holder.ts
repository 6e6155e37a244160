import { connect } from "@quorate/kv";

// A process of its own: takes the lock and writes with its token, over and over, until it learns that
// the lock is lost; and some times more, as one would that looks too late.

const [endpoints = "", register = "", ttl = "2"] = process.argv.slice(2);
const WRITES_TOO_MANY = 5;

const client = connect({ endpoints: endpoints.split(","), timeoutMillis: 2_000 });
const lock = await client.lock("locks/job", { ttlSeconds: Number(ttl) });
console.log(`held ${lock.fencingToken}`);
for (let left = WRITES_TOO_MANY; left > 0;) {
  const { status } = await fetch(register, {
    method: "POST",
    body: String(lock.fencingToken),
  });
  console.log(status === 200 ? "accepted" : "refused");
  if (lock.lost.aborted) left--;
  await new Promise((next) => setTimeout(next, 20));
}
console.log("lost");
client.close();
