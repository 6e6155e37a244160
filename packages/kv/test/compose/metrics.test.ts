import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { encodePut } from "../../src/etcd/codec/index.ts";
import { parseScrape, type ScrapedFamily } from "../metrics/scraped.ts";
import { ThreeMembers } from "./three-members.ts";

const TIMEOUT_MILLIS = 60_000;

let cluster: ThreeMembers;

beforeAll(async () => {
  const extensive = { metrics: "extensive", listenMetricsUrls: ["http://127.0.0.1:0"] } as const;
  cluster = await ThreeMembers.start(extensive);
}, TIMEOUT_MILLIS);

afterAll(() => cluster.close(), TIMEOUT_MILLIS);

type Scrape = ReadonlyMap<string, ScrapedFamily>;

async function scrape(address: string): Promise<Scrape> {
  const response = await fetch(`${address}/metrics`);
  expect(response.status).toBe(200);
  return parseScrape(await response.text());
}

function client(which: number): Client {
  const opened = new Client(cluster.endpoints[which] ?? "", credentials.createInsecure());
  onTestFinished(() => opened.close());
  return opened;
}

const asIs = (message: Buffer): Buffer => message;

function call(on: Client, path: string, request: Uint8Array): Promise<number> {
  const metadata = new Metadata();
  metadata.set("client-api-version", "3.5");
  return new Promise((resolve) => {
    on.makeUnaryRequest(path, asIs, asIs, Buffer.from(request), metadata, (error) =>
      resolve(error?.code ?? 0),
    );
  });
}

function total(families: Scrape, name: string): number {
  const samples = families.get(name)?.samples ?? new Map<string, number>();
  return [...samples.values()].reduce((sum, value) => sum + value, 0);
}

test("calls, writes, the disk and the peers move their counters, wherever one looks", async () => {
  const [clients = ""] = cluster.member(0).clientAddresses;
  const [apart = ""] = cluster.member(0).metricsAddresses;
  const before = await scrape(clients);
  const on = client(0);
  const put = encodePut({ key: Buffer.from("k"), value: Buffer.alloc(100) });
  for (let i = 0; i < 5; i++) expect(await call(on, "/etcdserverpb.KV/Put", put)).toBe(0);
  expect(await call(on, "/etcdserverpb.KV/Put", encodePut({}))).toBe(3);
  expect(await call(on, "/etcdserverpb.KV/Steal", put)).toBe(12);
  const after = await scrape(apart);
  const value = (id: string): number =>
    after.get(id.replace(/\{.*/, ""))?.samples.get(id) ?? Number.NaN;
  const labels = 'grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Put"';
  expect(value(`grpc_server_handled_total{${labels},grpc_code="OK"}`)).toBe(5);
  expect(value(`grpc_server_handled_total{${labels},grpc_code="InvalidArgument"}`)).toBe(1);
  expect(total(after, "grpc_server_started_total")).toBe(6);
  expect(value('etcd_server_client_requests_total{type="unary",client_api_version="3.5"}')).toBe(6);
  expect(value("etcd_network_client_grpc_received_bytes_total")).toBe(5 * put.length);
  expect(value("etcd_mvcc_put_total")).toBe(5);
  expect(total(after, "etcd_network_active_peers")).toBe(2);
  for (const name of [
    "etcd_server_proposals_applied_total",
    "etcd_network_peer_sent_bytes_total",
    "etcd_network_peer_received_bytes_total",
    "etcd_disk_wal_fsync_duration_seconds",
  ]) {
    expect(total(after, name)).toBeGreaterThan(total(before, name));
  }
  // What is not served makes no labels.
  for (const [name, { samples }] of after) {
    if (!name.startsWith("grpc_server_handling")) continue;
    expect(samples.size).toBe(before.get(name)?.samples.size);
  }
  expect([...after.values()].flatMap(({ samples }) => [...samples.keys()]).join()).not.toMatch(
    /Steal/,
  );
});

test("one of the members leads, and the others see it", async () => {
  const scrapes = await Promise.all(
    [0, 1, 2].map((which) => scrape(cluster.member(which).metricsAddresses[0] ?? "")),
  );
  const sum = (name: string): number => scrapes.reduce((all, each) => all + total(each, name), 0);
  expect(sum("etcd_server_is_leader")).toBe(1);
  expect(sum("etcd_server_has_leader")).toBe(3);
  expect(sum("etcd_server_is_learner")).toBe(0);
});

test("the metrics' own port has the health of the member as well, and no more", async () => {
  const [apart = ""] = cluster.member(1).metricsAddresses;
  const answers = await Promise.all(
    ["/readyz", "/livez", "/health", "/version"].map(async (path) => {
      const response = await fetch(`${apart}${path}`);
      return `${response.status} ${await response.text()}`;
    }),
  );
  const healthy = '200 {"health":"true","reason":""}';
  expect(answers).toEqual(["200 ok\n", "200 ok\n", healthy, "404 404 page not found\n"]);
});

test("an address in use stops the start", async () => {
  const [taken = ""] = cluster.member(1).metricsAddresses;
  await cluster.stopOne(2);
  await expect(cluster.startOne(2, { listenMetricsUrls: [taken] })).rejects.toMatchObject({
    code: "ERR_ADDRESS",
    message: expect.stringContaining("cannot listen for metrics on 127.0.0.1:"),
  });
  await cluster.startOne(2);
  await cluster.ready();
});

test.runIf(process.platform === "linux")(
  "docs/metrics.md lists exactly what there is",
  async () => {
    const [apart = ""] = cluster.member(0).metricsAddresses;
    await fetch(`${apart}/readyz`);
    const families = new Map(await scrape(apart));
    // Both are measured now and then, and one of them since the last scrape only.
    const late = ["etcd_network_peer_round_trip_time_seconds", "nodejs_eventloop_lag_max_seconds"];
    while (!late.every((name) => families.has(name))) {
      for (const [name, family] of await scrape(apart)) families.set(name, family);
    }
    const page = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
    const [etcd = ""] = page.split("## What a ZooKeeper server tells");
    const rows = [...etcd.matchAll(/^\| `(\w+)` \| ([cgh]) \|/gm)];
    const listed = rows.map(([, name, kind]) => `${name} ${kind}`);
    const served = [...families].map(([name, { kind }]) => `${name} ${kind.charAt(0)}`);
    // Nothing is wrong with this cluster.
    const alarms = "etcd_debugging_server_alarms g";
    expect(listed).toContain(alarms);
    expect(listed.filter((name) => name !== alarms).sort()).toEqual(served.sort());
  },
  TIMEOUT_MILLIS,
);
