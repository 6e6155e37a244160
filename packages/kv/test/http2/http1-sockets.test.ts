import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { Http2Listener } from "../../src/http2/listener.ts";
import { RawClient, until } from "./raw-client.ts";
import { RecordingHandler } from "./recording-handler.ts";

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(
  http1: Server,
): Promise<{ client: RawClient; listener: Http2Listener<unknown> }> {
  const handler = new RecordingHandler();
  const listener = await Http2Listener.start({ host: "127.0.0.1", port: 0, handler, http1 });
  const client = await RawClient.connect(listener.port);
  closing.push(
    () => void client.socket.destroy(),
    () => listener.close(0),
  );
  return { client, listener };
}

function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
}

// The server sets the timeout anew behind each answer; it took 0 for "never" there.
test.each([
  [0, 60_000],
  [1234, 1234],
])("a server's timeout of %i is %i, for the second request too", async (given, kept) => {
  const timeouts: (number | undefined)[] = [];
  const http1 = createServer((incoming, response) => {
    timeouts.push(incoming.socket.timeout);
    response.end(incoming.url);
  });
  http1.timeout = given;
  const { client } = await start(http1);
  client.send(get("/one"));
  await new Promise((resolve) => client.socket.once("data", resolve));
  client.send(get("/two"));
  await new Promise((resolve) => client.socket.once("data", resolve));
  expect(timeouts).toEqual([kept, kept]);
});

test("a client that falls silent within a request is closed", async () => {
  const http1 = createServer((_, response) => response.end());
  http1.timeout = 20;
  const { client, listener } = await start(http1);
  client.send(get("/").subarray(0, 10));
  client.socket.resume();
  await client.closed;
  await until(() => listener.connections === 0);
});

test("closing waits for the answer under way, and for nothing else", async () => {
  let answer: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let begun: () => void = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const http1 = createServer((_, response) => {
    begun();
    void asked.then(() => response.end("done"));
  });
  const { client, listener } = await start(http1);
  const idle = await RawClient.connect(listener.port);
  idle.send(Buffer.from("GET"));
  client.send(get("/"));
  const text = client.text();
  await begins;
  const closed = listener.close(60_000);
  idle.socket.resume();
  await idle.closed;
  answer();
  expect(await text).toMatch(/done$/);
  client.socket.end();
  await closed;
  await until(() => listener.connections === 0);
});
