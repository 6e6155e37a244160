import type { Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { httpEndpoints } from "../../../src/etcd/api/http-endpoints.ts";
import { CLUSTER_VERSION, SERVER_VERSION } from "../../../src/etcd/version.ts";

let server: Server;
let state: { leader: boolean; failure: string | null; reads: number };

beforeEach(async () => {
  state = { leader: true, failure: null, reads: 0 };
  server = httpEndpoints({
    hasLeader: () => state.leader,
    readLinearizable: (done) => {
      state.reads++;
      done(state.failure);
    },
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterEach(() => new Promise((done) => server.close(done)));

function port(): number {
  return (server.address() as AddressInfo).port;
}

async function get(path: string, method = "GET"): Promise<readonly [number, string]> {
  const response = await fetch(`http://127.0.0.1:${port()}${path}`, { method });
  return [response.status, await response.text()];
}

test("/health is true when a linearizable read goes through", async () => {
  expect(await get("/health")).toEqual([200, `{"health":"true","reason":""}`]);
  expect(await get("/health?exclude=NOSPACE")).toEqual([200, `{"health":"true","reason":""}`]);
  expect(state.reads).toBe(2);
});

test("/health says why it is false", async () => {
  state.failure = "etcdserver: request timed out";
  const reason = "RANGE ERROR:etcdserver: request timed out";
  expect(await get("/health")).toEqual([503, JSON.stringify({ health: "false", reason })]);
  state.leader = false;
  expect(await get("/health")).toEqual([503, `{"health":"false","reason":"RAFT NO LEADER"}`]);
});

test("/health?serializable=true asks only this member", async () => {
  state.leader = false;
  expect((await get("/health?serializable=true"))[0]).toBe(200);
  expect(state.reads).toBe(0);
});

test("/version names server and cluster", async () => {
  const version = { etcdserver: SERVER_VERSION, etcdcluster: CLUSTER_VERSION };
  expect(await get("/version")).toEqual([200, JSON.stringify(version)]);
});

test("anything else is not found, other methods are not allowed", async () => {
  expect(await get("/v2/keys")).toEqual([404, "404 page not found\n"]);
  expect(await get("/health", "POST")).toEqual([405, "Method Not Allowed\n"]);
});

// Requests that the URL class would throw at: a member must not die of them.
test.each(["//", "//[", "http://", "/%", "*"])("the target %s is answered", async (target) => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port(), "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("close", () => resolve(text)).on("error", reject);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: member\r\nConnection: close\r\n\r\n`);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
});
