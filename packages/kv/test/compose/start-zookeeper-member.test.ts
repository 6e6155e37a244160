import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { majorityOf } from "@quorate/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startZooKeeperMember, type RunningMember } from "../../src/index.ts";
import { zooKeeperMemberSettings } from "../../src/compose/zookeeper-member-settings.ts";
import { ERROR, OPCODE } from "../../src/zookeeper/codec/index.ts";
import { JuteClient } from "../zookeeper/server/jute-client.ts";
import { create, read } from "../zookeeper/requests.ts";
import { freePorts } from "./free-ports.ts";

const ANY_PORT = { host: "127.0.0.1", port: 0 };

let directory: string;
const members: RunningMember[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorate-zookeeper-member-"));
});

afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.close()));
  await rm(directory, { recursive: true, force: true });
});

async function start(
  options: Omit<Parameters<typeof startZooKeeperMember>[0], "dataDir">,
): Promise<RunningMember> {
  const dataDir = join(directory, options.sid ?? "alone");
  const member = await startZooKeeperMember({ client: ANY_PORT, ...options, dataDir });
  members.push(member);
  return member;
}

/** The error code that a client of the member gets. */
async function ask(member: RunningMember, request: Uint8Array): Promise<number> {
  const [address = ""] = member.clientAddresses;
  const client = await JuteClient.connect(Number(address.split(":")[1]));
  client.greet();
  await client.welcome();
  client.send(request);
  const { error } = await client.reply();
  client.destroy();
  return error;
}

const exists = (path: string): Uint8Array => read(1, OPCODE.exists, path);

test("a directory is enough: the rest is as in ZooKeeper's own example", () => {
  expect(zooKeeperMemberSettings({ dataDir: "./somewhere" })).toMatchObject({
    sid: "1",
    configuration: majorityOf([{ id: "1", addresses: [] }]),
    listenPeerUrls: [],
    electionAddress: null,
    client: { host: "127.0.0.1", port: 2181 },
    tickMillis: 2000,
    minSessionMillis: 4000,
    maxSessionMillis: 40_000,
    fourLetterWords: ["srvr"],
  });
});

test("a server of an ensemble listens where the others look for it", () => {
  const configuration = majorityOf([
    { id: "1", addresses: ["http://127.0.0.1:7001"] },
    { id: "2", addresses: ["http://127.0.0.1:7002"] },
  ]);
  const settings = zooKeeperMemberSettings({ dataDir: "./somewhere", sid: "2", configuration });
  expect(settings.listenPeerUrls).toEqual(["http://127.0.0.1:7002"]);
});

test.each([
  ["no directory", { dataDir: "" }, "dataDir: name a directory"],
  ["no tick", { dataDir: "./somewhere", tickMillis: 0 }, "tickMillis: 0 is no number"],
  [
    "a number of no server",
    { dataDir: "./somewhere", sid: "3", configuration: majorityOf([{ id: "1", addresses: [] }]) },
    "sid: the configuration names no server 3",
  ],
])("%s is refused", async (_what, options, text) => {
  const started = startZooKeeperMember(options);
  await expect(started).rejects.toMatchObject({ code: "ERR_CONFIGURATION" });
  await expect(started).rejects.toThrow(text);
});

test("a server alone serves, and remembers", async () => {
  const first = await start({});
  await first.ready();
  expect(await ask(first, create(1, "/x"))).toBe(ERROR.ok);
  await first.close();
  const second = await start({});
  await second.ready();
  expect(await ask(second, exists("/x"))).toBe(ERROR.ok);
});

test("three of them in one process are an ensemble", async () => {
  const ports = await freePorts(3);
  const configuration = majorityOf(
    ports.map((port, i) => ({ id: `${i + 1}`, addresses: [`http://127.0.0.1:${port}`] })),
  );
  const servers = await Promise.all(
    configuration.members.map(({ id }) => start({ sid: id, configuration, tickMillis: 200 })),
  );
  await Promise.all(servers.map((server) => server.ready()));
  const [one, two] = servers as [RunningMember, RunningMember, RunningMember];
  expect(await ask(one, create(1, "/x"))).toBe(ERROR.ok);
  await expect.poll(() => ask(two, exists("/x"))).toBe(ERROR.ok);
  expect(new Set(servers.map((server) => server.status().leader)).size).toBe(1);
});
