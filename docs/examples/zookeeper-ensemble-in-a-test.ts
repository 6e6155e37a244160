/**
 * What a test does that wants to see how a program takes the end of its session: three servers of ZooKeeper
 * in its own process, whose time passes only when the test says so. The program's client is an ordinary one,
 * over a socket, and nobody waits for ten seconds to pass.
 */
import { startZooKeeperEnsemble } from "@quorate/kv";
import { once } from "node:events";
import { createClient, CreateMode, type Client } from "node-zookeeper-client";

const ensemble = await startZooKeeperEnsemble({ clock: "manual" });
const [one, two] = ensemble.members;
if (one === undefined || two === undefined) throw new Error("there are three servers");

const program = await connected(one.clientAddress, 10_000);
const test = await connected(two.clientAddress, 40_000);
await new Promise<void>((done, fail) => {
  const answer = (error: unknown): void => (error === null ? done() : fail(error));
  program.create("/alive", Buffer.from(""), CreateMode.EPHEMERAL, answer);
});
await show("at first");

// The program knows of this server only. A session ends within two ticks, of two seconds each, after its
// timeout.
one.crash();
await ensemble.untilLed();
await show("cut off");
await ensemble.advance(14_000);
await show("for too long");

const expired = once(program, "expired");
await one.restart();
await expired;
console.log("the program was told that its session is over");
test.close();
await once(test, "disconnected");
await ensemble.close();

async function connected(servers: string, sessionTimeout: number): Promise<Client> {
  const client = createClient(servers, { sessionTimeout, spinDelay: 100, retries: 3 });
  client.connect();
  await once(client, "connected");
  return client;
}

async function show(when: string): Promise<void> {
  const isThere = await new Promise<boolean>((done, fail) => {
    test.exists("/alive", (error, stat: object | null) =>
      error === null ? done(stat !== null) : fail(error),
    );
  });
  console.log(`${when}: ${isThere ? "it is there" : "it is gone"}`);
}
// → at first: it is there
// → cut off: it is there
// → for too long: it is gone
// → the program was told that its session is over
