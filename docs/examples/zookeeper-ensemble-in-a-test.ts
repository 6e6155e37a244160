/**
 * What a test does that wants to see how a program takes the end of its session: three servers of ZooKeeper
 * in its own process, whose time passes only when the test says so. The program's client is an ordinary one,
 * over a socket, and nobody waits for ten seconds to pass.
 */
import { startZooKeeperEnsemble } from "@quorate/kv";
import { once } from "node:events";
import { CreateMode } from "node-zookeeper-client";
import { asked, closed, connected } from "./zookeeper-promises.ts";

const ensemble = await startZooKeeperEnsemble({ clock: "manual" });
const [one, two] = ensemble.members;
if (one === undefined || two === undefined) throw new Error("there are three servers");

const program = await connected(one.clientAddress, { sessionTimeout: 10_000 });
const test = await connected(two.clientAddress, { sessionTimeout: 40_000, retries: 3 });
await asked<string>((answer) =>
  program.create("/alive", Buffer.from(""), CreateMode.EPHEMERAL, answer),
);
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
await closed(test);
await ensemble.close();

async function show(when: string): Promise<void> {
  const stat = await asked<object | null>((answer) => test.exists("/alive", answer));
  console.log(`${when}: ${stat === null ? "it is gone" : "it is there"}`);
}
// → at first: it is there
// → cut off: it is there
// → for too long: it is gone
// → the program was told that its session is over
