/**
 * What a program does that follows its configuration in ZooKeeper: it reads a node and leaves a watch in the
 * same request, and reads again whenever the watch tells of a change. A watch tells once, so changes that
 * follow each other closely are seen as one; but whatever it misses, it always comes to what is there now,
 * through broken connections as well.
 *
 * Here it runs on an ensemble in this process; with ZOOKEEPER_CONNECT on any other, of Quorate or of
 * ZooKeeper.
 */
import { startZooKeeperEnsemble } from "@quorate/kv";
import { Exception, type Client } from "node-zookeeper-client";
import { asked, closed, connected, type Answer } from "./zookeeper-promises.ts";

const COLOUR = "/config/colour";

const servers = process.env["ZOOKEEPER_CONNECT"];
const ensemble = servers === undefined ? await startZooKeeperEnsemble() : null;
// What a broken connection leaves unanswered is asked again.
const connect = (): Promise<Client> =>
  connected(servers ?? ensemble?.connectString ?? "", { retries: 3 });
const [program, operator] = await Promise.all([connect(), connect()]);
await asked<string>((answer) => operator.mkdirp(COLOUR, Buffer.from("red"), answer));
await asked<unknown>((answer) => operator.setData(COLOUR, Buffer.from("red"), answer));

const colours = follow(program, COLOUR);
console.log("it is", (await colours.next()).value);

await asked<unknown>((answer) => operator.setData(COLOUR, Buffer.from("green"), answer));
console.log("it is", (await colours.next()).value);

// Every server dies once. The client goes on at another one, and takes its watches with it.
for (const server of ensemble?.members ?? []) {
  server.crash();
  await ensemble?.untilLed();
  await server.restart();
}
await asked<unknown>((answer) => operator.remove(COLOUR, (error) => answer(error, null)));
console.log("it is", (await colours.next()).value);

await asked<string>((answer) => operator.create(COLOUR, Buffer.from("blue"), answer));
console.log("it is", (await colours.next()).value);
await Promise.all([closed(program), closed(operator)]);
await ensemble?.close();

/** What the node holds now and, again and again, then; null while there is none. */
async function* follow(client: Client, path: string): AsyncGenerator<string | null, never> {
  for (;;) {
    let heard = (): void => {};
    const change = new Promise<void>((resolve) => (heard = resolve));
    const text = await asked<Buffer | null>((answer) => client.getData(path, () => heard(), answer))
      .then((data) => data?.toString() ?? "")
      .catch(nullWithoutNode);
    // Where there is no node, only `exists` leaves a watch; by then there may be one again.
    const stat = (answer: Answer<unknown>): void => client.exists(path, () => heard(), answer);
    if (text === null && (await asked(stat)) !== null) continue;
    yield text;
    await change;
  }
}

function nullWithoutNode(error: unknown): null {
  if (error instanceof Exception && error.getCode() === Exception.NO_NODE) return null;
  throw error;
}
// → it is red
// → it is green
// → it is null
// → it is blue
