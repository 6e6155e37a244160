import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { freePorts } from "./free-ports.ts";
import { RealEnsemble } from "./real-ensemble.ts";
import { runToEnd, type Ended } from "./run-to-end.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

const MINUTE = 60_000;
const ANSWER_MS = 10_000;

const directory = mkdtempSync(join(tmpdir(), "quorate-bad-zoo-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

interface Given {
  /** Of a server that is number 2 of three. */
  readonly values?: Readonly<Record<string, string>>;
  /** Null: there is no such file. */
  readonly myid?: string | null;
}

interface Files {
  readonly zooCfg: string;
  readonly dataDir: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The files of a server in a directory of its own. */
async function files(name: string, { values = {}, myid = "2" }: Given = {}): Promise<Files> {
  const ports = await freePorts(7);
  const dataDir = join(directory, name, "data");
  const all = {
    tickTime: "500",
    initLimit: "10",
    syncLimit: "4",
    dataDir,
    clientPort: `${ports[0]}`,
    clientPortAddress: "127.0.0.1",
    "server.1": `127.0.0.1:${ports[1]}:${ports[2]}`,
    "server.2": `127.0.0.1:${ports[3]}:${ports[4]}`,
    "server.3": `127.0.0.1:${ports[5]}:${ports[6]}`,
    ...values,
  };
  if (myid !== null) write(join(dataDir, "myid"), `${myid}\n`);
  const lines = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
  return { zooCfg: write(join(directory, name, "zoo.cfg"), lines.join("")), dataDir, values: all };
}

function start(zooCfg: string): Promise<Ended> {
  return runToEnd("zookeeper", zooCfg, "--log-level=error");
}

/** Where the key stands. */
function lineOf({ values, zooCfg }: Files, key: string): string {
  return `${zooCfg}:${Object.keys(values).indexOf(key) + 1}`;
}

describe("a server that cannot start says why, and exits", () => {
  test(
    "zoo.cfg with mistakes: each is told in a line that names the file, the line and the key",
    async () => {
      const values = { tickTime: "soon", clientPort: "70000", "server.3": "127.0.0.1" };
      const given = await files("mistakes", { values });
      const { code, err } = await start(given.zooCfg);
      const lines = err.trimEnd().split("\n");
      expect(lines.map((line) => line.split(": ").slice(0, 3))).toEqual(
        expect.arrayContaining([
          ["quorate", lineOf(given, "tickTime"), "tickTime"],
          ["quorate", lineOf(given, "clientPort"), "clientPort"],
          ["quorate", lineOf(given, "server.3"), "server.3"],
        ]),
      );
      expect(lines).toHaveLength(3);
      expect(code).toBe(EXIT.usage);
    },
    MINUTE,
  );

  test(
    "no zoo.cfg",
    async () => {
      const path = join(directory, "nowhere.cfg");
      expect(await start(path)).toEqual({
        code: EXIT.usage,
        err: expect.stringMatching(new RegExp(`^quorate: ${path} cannot be read: [^\\n]+\\n$`)),
      });
    },
    MINUTE,
  );

  test(
    "no myid",
    async () => {
      const { zooCfg, dataDir } = await files("no-myid", { myid: null });
      expect(await start(zooCfg)).toEqual({
        code: EXIT.usage,
        err:
          `quorate: ${join(dataDir, "myid")} is missing: write the number of this machine's ` +
          "server line into it, one of 1, 2, 3\n",
      });
    },
    MINUTE,
  );

  test(
    "a dataDir with the files of Java's ZooKeeper",
    async () => {
      const { zooCfg, dataDir } = await files("java");
      const snapshot = write(join(dataDir, "version-2", "snapshot.100000000"), "not ours");
      const { code, err } = await start(zooCfg);
      expect(err).toMatch(/^quorate: [^\n]*holds the data of Java's ZooKeeper[^\n]*\n$/);
      expect(err).toContain(snapshot);
      expect(code).toBe(EXIT.data);
      expect(existsSync(join(dataDir, "quorate"))).toBe(false);
    },
    MINUTE,
  );

  test.each([
    ["clientPort", 0, "clientPort"],
    ["the quorum port", 1, "server line in zoo.cfg"],
    ["the election port", 2, "server line in zoo.cfg"],
  ])(
    "%s in use",
    async (_name, which, remedy) => {
      const { zooCfg, values } = await files(`taken-${which}`);
      const [, quorum = "", election = ""] = values["server.2"]?.split(":") ?? [];
      const port = Number([values["clientPort"], quorum, election][which]);
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(port, "127.0.0.1", resolve));
      const { code, err } = await start(zooCfg);
      taken.close();
      expect(err).toMatch(new RegExp(`^quorate: [^\\n]*:${port}: another process[^\\n]*\\n$`));
      expect(err).toContain(remedy);
      expect(err).not.toContain("--");
      expect(code).toBe(EXIT.address);
    },
    MINUTE,
  );
});

/** Says something to a port and waits until it hangs up; what came back. */
async function tell(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ port, host: "127.0.0.1" });
  const answer: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => answer.push(chunk));
  socket.on("error", () => undefined); // a reset is an end too
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(answer);
}

describe("servers that run", () => {
  let ensemble: RealEnsemble;
  beforeAll(async () => {
    ensemble = await RealEnsemble.start(3);
  }, MINUTE);
  afterAll(() => ensemble.close());

  async function expectServing(sid: number, path: string): Promise<void> {
    const session = await ZooKeeperSession.open(ensemble.endpoint(sid), { answerMs: ANSWER_MS });
    expect((await session.create(path, "")).error).toBe(0);
    await session.close();
  }

  test.each([
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a frame of two gigabytes", Buffer.from("7fffffff", "hex")],
    ["a negative length", Buffer.from("ffffffff00000000", "hex")],
    ["noise", Buffer.alloc(4096, 0xa5)],
  ])(
    "hang up on %s at the client port, and go on",
    async (name, bytes) => {
      const before = ensemble.logged(1, "closed a client's connection").length;
      expect(await tell(ensemble.endpoint(1).port, bytes)).toEqual(Buffer.alloc(0));
      await ensemble.until("server 1 has logged it", async () =>
        ensemble.logged(1, "closed a client's connection").length > before ? true : null,
      );
      await expectServing(1, `/after ${name}`);
    },
    MINUTE,
  );

  test.each([
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), /HTTP/],
    ["noise", Buffer.alloc(4096, 0xa5), /no Quorate frame/],
    [
      "a Java server that looks for its leader",
      Buffer.from("0000000b0000000100000000000000140000000000000002", "hex"),
      /Java ZooKeeper server/,
    ],
  ])(
    "hang up on %s at the quorum port, and say what it was",
    async (name, bytes, why) => {
      await tell(ensemble.quorumPort(1), bytes);
      await ensemble.until(`server 1 has logged ${why}`, async () => {
        const records = ensemble.logged(
          1,
          "dropped a connection on the peer port that is no member's",
        );
        return records.find(({ fields }) => why.test(String(fields["why"]))) ?? null;
      });
      await expectServing(1, `/after ${name} at the quorum port`);
    },
    MINUTE,
  );

  test(
    "refuse the election of a Java server, and log which one it is",
    async () => {
      const address = Buffer.from("192.0.2.7:3888");
      const greeting = Buffer.alloc(20);
      greeting.writeBigInt64BE(-65_536n, 0);
      greeting.writeBigInt64BE(7n, 8);
      greeting.writeInt32BE(address.length, 16);
      await tell(ensemble.electionPort(2), Buffer.concat([greeting, address]));
      await ensemble.until("server 2 has logged it", async () => {
        const text =
          "server 7 called for an election: servers of Java's ZooKeeper and of Quorate cannot form " +
          "one ensemble. Stop it, or start it as a Quorate server with the same zoo.cfg";
        return ensemble.logged(2, text)[0] ?? null;
      });
      await expectServing(2, "/after a Java server");
    },
    MINUTE,
  );

  test(
    "lock their data directories",
    async () => {
      // Ports of its own, so that it gets as far.
      const { zooCfg } = await files("locked", { values: { dataDir: ensemble.dataDir(2) } });
      const { code, err } = await start(zooCfg);
      expect(err).toMatch(/^quorate: [^\n]*(in use|locked|another process)[^\n]*\n$/);
      expect(code).toBe(EXIT.data);
    },
    MINUTE,
  );

  test(
    "are refused the data directory of another ensemble",
    async () => {
      await ensemble.end(2, "SIGTERM");
      const { zooCfg } = await files("another", { values: { dataDir: ensemble.dataDir(2) } });
      const { code, err } = await start(zooCfg);
      expect(err).toMatch(/^quorate: [^\n]*server lines of zoo\.cfg[^\n]*\n$/);
      expect(err).toContain(ensemble.dataDir(2));
      expect(code).toBe(EXIT.data);
      ensemble.launch(2);
      await ensemble.ready();
    },
    MINUTE,
  );
});
