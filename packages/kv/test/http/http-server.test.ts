import type { Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { httpServer, metricsEndpoints, routeTo, type Endpoints } from "../../src/http/index.ts";

let server: Server;
let scrape: () => Promise<string>;

const echo: Endpoints = new Map([
  ["/echo", async (given) => ({ status: 200, type: "text/plain", body: given.toString() })],
]);

beforeEach(async () => {
  scrape = () => Promise.resolve("a 1\n");
  server = httpServer(
    routeTo(
      echo,
      metricsEndpoints(() => scrape()),
    ),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterEach(() => new Promise((done) => server.close(done)));

const port = (): number => (server.address() as AddressInfo).port;

const get = (path: string, method = "GET"): Promise<Response> =>
  fetch(`http://127.0.0.1:${port()}${path}`, { method });

test("an endpoint is given its parameters", async () => {
  expect(await (await get("/echo?a=1&b=x%20y")).text()).toBe("a=1&b=x+y");
});

test("/metrics is what is scraped, in Prometheus's format", async () => {
  const response = await get("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await response.text()).toBe("a 1\n");
});

test("a scrape that fails is told, and the member goes on", async () => {
  scrape = () => Promise.reject(new Error("no file"));
  const failed = await get("/metrics");
  expect([failed.status, await failed.text()]).toEqual([500, "Error: no file\n"]);
  expect(await (await get("/echo")).text()).toBe("");
});

test("anything else is not found, other methods are not allowed", async () => {
  const missing = await get("/nothing");
  expect([missing.status, await missing.text()]).toEqual([404, "404 page not found\n"]);
  const posted = await get("/metrics", "POST");
  expect([posted.status, await posted.text()]).toEqual([405, "Method Not Allowed\n"]);
  expect(posted.headers.get("allow")).toBe("GET");
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
