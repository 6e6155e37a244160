/**
 * What a service does of which one instance is to lead, on ZooKeeper: each puts its name into a queue, the
 * first leads, and everybody can see who it is. A leader whose process ends is gone with its session, and
 * the next one leads.
 *
 * Here it runs on an ensemble in this process; with ZOOKEEPER_CONNECT on any other, of Quorate or of
 * ZooKeeper.
 */
import { startZooKeeperEnsemble } from "@quorate/kv";
import { CreateMode, type Client, type Stat } from "node-zookeeper-client";
import { asked, closed, connected } from "./zookeeper-promises.ts";

const ELECTION = "/elections/scheduler";

const servers = process.env["ZOOKEEPER_CONNECT"];
const ensemble = servers === undefined ? await startZooKeeperEnsemble() : null;
const connect = (): Promise<Client> => connected(servers ?? ensemble?.connectString ?? "");
const [anna, berta, observer] = await Promise.all([connect(), connect(), connect()]);
await asked<string>((answer) => observer.mkdirp(ELECTION, answer));

const seen = leaders(observer);
const annas = await stand(anna, "anna");
const bertas = await stand(berta, "berta");
await annas.elected;
console.log("leads:", (await seen.next()).value);
await closed(anna);

await bertas.elected;
console.log("leads:", (await seen.next()).value);
console.log("a greater token:", bertas.token > annas.token);
await Promise.all([closed(berta), closed(observer)]);
await ensemble?.close();

interface Candidacy {
  /** Greater than that of everybody who led before. */
  readonly token: bigint;
  /** Resolves when it leads. */
  readonly elected: Promise<void>;
}

/** Puts the name into the queue, where it stays as long as the client's session. */
async function stand(client: Client, name: string): Promise<Candidacy> {
  const mode = CreateMode.EPHEMERAL_SEQUENTIAL;
  const path = await asked<string>((answer) =>
    client.create(`${ELECTION}/candidate-`, Buffer.from(name), mode, answer),
  );
  const { czxid } = await asked<Stat>((answer) => client.exists(path, answer));
  const own = path.slice(ELECTION.length + 1);
  const elected = (async () => {
    for (;;) {
      const queue = await candidates(client);
      const before = queue[queue.indexOf(own) - 1];
      if (before === undefined) return;
      // Each watches the one before only: when a leader goes, the next is woken and not all.
      await new Promise<void>((done, fail) => {
        const heard = (): void => done();
        client.exists(`${ELECTION}/${before}`, heard, (error, stat: Stat | null) => {
          if (error !== null) fail(error);
          else if (stat === null) done();
        });
      });
    }
  })();
  return { token: czxid.readBigInt64BE(), elected };
}

/** Who leads and, again and again, who leads next. */
async function* leaders(client: Client): AsyncGenerator<string, never> {
  for (let told: string | null = null; ;) {
    let heard = (): void => {};
    const change = new Promise<void>((resolve) => (heard = resolve));
    // Left before it is read who leads, so that no change is missed in between.
    await asked<string[]>((answer) => client.getChildren(ELECTION, () => heard(), answer));
    const leader = await leaderNow(client);
    if (leader !== null && leader !== told) yield (told = leader);
    await change;
  }
}

/** Null while nobody does. */
async function leaderNow(client: Client): Promise<string | null> {
  const [first] = await candidates(client);
  if (first === undefined) return null;
  const name = asked<Buffer>((answer) => client.getData(`${ELECTION}/${first}`, answer));
  // It may have gone since.
  return name.then(String, () => leaderNow(client));
}

/** In the order in which they came: the number behind the name is the server's. */
async function candidates(client: Client): Promise<readonly string[]> {
  return (await asked<string[]>((answer) => client.getChildren(ELECTION, answer))).sort();
}
// → leads: anna
// → leads: berta
// → a greater token: true
