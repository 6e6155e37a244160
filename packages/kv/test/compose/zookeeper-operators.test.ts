import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startZooKeeperMember, type RunningZooKeeperMember } from "../../src/index.ts";
import { create, getData } from "../zookeeper/requests.ts";
import { JuteClient } from "../zookeeper/server/jute-client.ts";
import { parseScrape, type ScrapedFamily } from "../metrics/scraped.ts";

const TIMEOUT_MILLIS = 60_000;
const LOCAL = { host: "127.0.0.1", port: 0 };

let dataDir: string;
let member: RunningZooKeeperMember;
let client: JuteClient;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "quorate-operators-"));
  member = await startZooKeeperMember({
    dataDir,
    client: LOCAL,
    admin: { ...LOCAL, commandUrl: "/ask" },
    metrics: LOCAL,
    maxClientConnections: 1,
    fourLetterWords: ["*"],
  });
  await member.ready();
  client = await JuteClient.connect(clientPort());
  client.greet();
  await client.welcome();
}, TIMEOUT_MILLIS);

afterAll(async () => {
  client.destroy();
  await member.close();
  await rm(dataDir, { recursive: true });
}, TIMEOUT_MILLIS);

function clientPort(): number {
  return Number(/\d+$/.exec(member.clientAddresses[0] ?? "")?.[0]);
}

async function scrape(): Promise<ReadonlyMap<string, ScrapedFamily>> {
  const response = await fetch(`${member.metricsAddress}/metrics`);
  expect(response.status).toBe(200);
  return parseScrape(await response.text());
}

/** How many values a summary has seen. */
function seen(families: ReadonlyMap<string, ScrapedFamily>, name: string): number {
  return families.get(name)?.samples.get(`${name}_count`) ?? Number.NaN;
}

test("what a client does moves the metrics", async () => {
  const before = await scrape();
  client.send(create(1, "/a", { flags: 1 }), getData(2, "/a"));
  await client.replies(2);
  const after = await scrape();
  const grew = (name: string): number => seen(after, name) - seen(before, name);
  const samples = (name: string): number | undefined => after.get(name)?.samples.get(name);
  expect(samples("znode_count")).toBe(6);
  expect(samples("ephemerals_count")).toBe(1);
  expect(samples("num_alive_connections")).toBe(1);
  expect(samples("proposal_count")).toBeGreaterThanOrEqual(2);
  expect(samples("looking_count")).toBe(1);
  expect(grew("updatelatency")).toBe(1);
  expect(grew("readlatency")).toBe(1);
  expect(seen(after, "fsynctime")).toBeGreaterThanOrEqual(2);
  expect(seen(after, "election_time")).toBe(1);
  expect(seen(after, "unavailable_time")).toBe(1);
});

test("who is not let in is counted", async () => {
  const rejected = await JuteClient.connect(clientPort());
  await rejected.closed();
  expect((await scrape()).get("connection_rejected")?.samples.get("connection_rejected")).toBe(1);
});

test("the AdminServer answers below the URL that it was given", async () => {
  const get = async (path: string): Promise<string> => {
    const response = await fetch(`${member.adminAddress}${path}`);
    return `${response.status} ${response.headers.get("content-type")}\n${await response.text()}`;
  };
  expect(await get("/ask/ruok")).toBe(
    '200 application/json\n{\n  "command" : "ruok",\n  "error" : null\n}',
  );
  expect(await get("/ask")).toContain('<a href="/ask/monitor">monitor</a>');
  expect(await get("/commands/ruok")).toContain("404 text/plain");
  const stats = JSON.parse((await get("/ask/dirs")).split("\n").slice(1).join("\n")) as {
    readonly datadir_size: number;
  };
  expect(stats.datadir_size).toBeGreaterThan(0);
});

test("an address in use stops the start, and gives the directory free", async () => {
  const other = await mkdtemp(join(tmpdir(), "quorate-operators-"));
  const { hostname: host, port } = new URL(member.metricsAddress ?? "");
  const taken = { host, port: Number(port) };
  const start = (options: object) =>
    startZooKeeperMember({ dataDir: other, client: LOCAL, ...options });
  await expect(start({ metrics: taken })).rejects.toMatchObject({
    code: "ERR_ADDRESS",
    message: expect.stringContaining("cannot listen for metrics on 127.0.0.1:"),
  });
  await expect(start({ admin: { ...taken, commandUrl: "/commands" } })).rejects.toMatchObject({
    code: "ERR_ADDRESS",
    message: expect.stringContaining("cannot listen for the AdminServer on 127.0.0.1:"),
  });
  const second = await start({});
  expect([second.adminAddress, second.metricsAddress]).toEqual([null, null]);
  await second.close();
  await rm(other, { recursive: true });
});

test.runIf(process.platform === "linux")(
  "docs/metrics.md lists exactly what there is",
  async () => {
    let families = await scrape();
    // Measured now and then.
    while (!families.has("nodejs_eventloop_lag_max_seconds")) families = await scrape();
    const page = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
    const [shared = "", own = ""] = page.split("## What a ZooKeeper server tells");
    const rows = (text: string): readonly string[] =>
      [...text.matchAll(/^\| `(\w+)` \| ([cghs]) \|/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const listed = [...rows(shared).filter((row) => /^(process|nodejs)_/.test(row)), ...rows(own)];
    // What only a leader of others has.
    const leaders = rows(own).filter((row) =>
      /^(learners|synced_\w+|pending_syncs|\w+_proposal_size|leader_uptime) g$/.test(row),
    );
    expect(leaders.length).toBe(9);
    const served = [...families].map(([name, { kind }]) => `${name} ${kind.charAt(0)}`);
    expect([...served, ...leaders].sort()).toEqual([...listed].sort());
  },
  60_000,
);
