import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { ListenerOptions } from "../../src/http2/listener.ts";
import { Http2Listener } from "../../src/http2/listener.ts";
import type { RequestHead } from "../../src/http2/request-head.ts";
import { FakeClock } from "./fake-clock.ts";
import { RawClient, until } from "./raw-client.ts";
import { OK, RecordingHandler } from "./recording-handler.ts";
import {
  ACK,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  HELLO,
  INITIAL_WINDOW_SIZE,
  request,
  settings,
  windowUpdate,
} from "./wire.ts";

const WHOLE = END_HEADERS | END_STREAM;
const FIRST_LINES = ["SETTINGS", expect.stringMatching(/^WINDOW_UPDATE 0 /), "SETTINGS ACK"];

const opened: { listener: Http2Listener<RequestHead>; clients: RawClient[] }[] = [];

afterEach(async () => {
  for (const { listener, clients } of opened.splice(0)) {
    for (const client of clients) client.socket.destroy();
    await listener.close(0);
  }
});

interface Started {
  readonly listener: Http2Listener<RequestHead>;
  readonly handler: RecordingHandler;
  readonly client: () => Promise<RawClient>;
}

/** A listener whose handler answers each request with `hello` as soon as it begins. */
async function start(options: Partial<ListenerOptions<RequestHead>> = {}): Promise<Started> {
  const handler = new RecordingHandler();
  handler.onBegin = ({ id }) => handler.answer(id, Buffer.from("hello"));
  const listener = await Http2Listener.start({ host: "127.0.0.1", port: 0, handler, ...options });
  const clients: RawClient[] = [];
  opened.push({ listener, clients });
  const client = async (): Promise<RawClient> => {
    const made = await RawClient.connect(listener.port);
    clients.push(made);
    return made;
  };
  return { listener, handler, client };
}

function http1(): Server {
  return createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    incoming.on("end", () => response.end(`${incoming.method} ${incoming.url} ${body}`));
  });
}

const HELLO_ANSWER = ["HEADERS 1 :status=200", "DATA 1 5", "DATA 1 0 END_STREAM"];

describe("the first bytes tell the protocol", () => {
  test("HTTP/2 in one piece", async () => {
    const { client } = await start();
    const peer = (await client()).read();
    peer.send(HELLO, headers(1, request(), WHOLE));
    expect(await peer.until(6)).toEqual([...FIRST_LINES, ...HELLO_ANSWER]);
  });

  test("HTTP/2 byte by byte", async () => {
    const { client } = await start({ http1: http1() });
    const peer = (await client()).read();
    peer.socket.setNoDelay(true);
    for (const byte of Buffer.concat([HELLO, headers(1, request(), WHOLE)])) {
      peer.send(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect(await peer.until(6)).toEqual([...FIRST_LINES, ...HELLO_ANSWER]);
  });

  test("HTTP/1, in whatever pieces, with bodies, one request after the other", async () => {
    const { client } = await start({ http1: http1() });
    const get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    const post = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    for (const pieces of [[get + post], [get, post], Array.from(get + post)]) {
      const peer = await client();
      const text = peer.text();
      peer.socket.setNoDelay(true);
      for (const piece of pieces) {
        peer.send(Buffer.from(piece));
        await new Promise(setImmediate);
      }
      peer.socket.end();
      expect(await text).toMatch(/^HTTP\/1.1 200 OK.*GET \/a HTTP\/1.1 200 OK.*POST \/b abc$/s);
    }
  });

  test.each(["GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\0", "\0\0\0", "get / HTTP/1.1\r\n\r\n"])(
    "%j is closed where nobody speaks HTTP/1",
    async (bytes) => {
      const { client, listener } = await start();
      const peer = (await client()).read();
      peer.send(Buffer.from(bytes, "latin1"));
      await peer.closed;
      await until(() => listener.connections === 0);
    },
  );

  test("TLS is closed though somebody speaks HTTP/1", async () => {
    const { client } = await start({ http1: http1() });
    const peer = await client();
    const text = peer.text();
    peer.send(Buffer.from("\x16\x03\x01\x02\0\x01\0", "latin1"));
    expect(await text).toBe("");
  });

  test("almost a preface is answered as HTTP/1, or with an HTTP/2 error", async () => {
    const { client } = await start({ http1: http1() });
    const first = await client();
    const text = first.text();
    first.send(Buffer.from("PRX * HTTP/2.0\r\n\r\n"));
    expect(await text).toMatch(/^HTTP\/1.1 400 /);
    const second = (await client()).read();
    second.send(Buffer.from("PRI * HTTP/2.1\r\n\r\n"));
    await second.until(3);
    expect(second.lines.at(-1)).toMatch(/^GOAWAY 0 PROTOCOL_ERROR/);
  });

  test("who says nothing, or too little, is closed in time", async () => {
    const clock = new FakeClock();
    const { client, listener } = await start({ clock, limits: { prefaceMillis: 10_000 } });
    const silent = (await client()).read();
    const short = (await client()).read();
    short.send(Buffer.from("PR"));
    const polite = (await client()).read();
    polite.send(HELLO);
    await polite.until(3);
    await until(() => listener.connections === 3);
    clock.advance(11_000);
    await Promise.all([silent.closed, short.closed]);
    await until(() => listener.connections === 1);
  });

  test("who hangs up before that is forgotten", async () => {
    const { client, listener } = await start();
    const peer = (await client()).read();
    peer.send(Buffer.from("P"));
    peer.socket.end();
    await peer.closed;
    await until(() => listener.connections === 0);
  });
});

describe("the end of a socket", () => {
  test("a client that sends its end right behind its request is answered", async () => {
    const { client, listener } = await start();
    const peer = (await client()).read();
    peer.socket.end(Buffer.concat([HELLO, headers(1, request(), WHOLE)]));
    await peer.closed;
    expect(peer.lines).toEqual([...FIRST_LINES, ...HELLO_ANSWER]);
    await until(() => listener.connections === 0);
  });

  test("a reset in the middle of an answer ends that connection, and no other", async () => {
    const { client, handler, listener } = await start();
    handler.onBegin = (stream) => {
      stream.headers(OK, false);
      if (handler.streams.size === 1) stream.data([Buffer.alloc(100_000_000)]);
      else stream.end(null);
    };
    const rude = await client();
    // Windows for all of it, and nobody who reads it.
    rude.send(HELLO, settings([INITIAL_WINDOW_SIZE, 2 ** 31 - 1]), windowUpdate(0, 2 ** 30));
    rude.send(headers(1));
    await until(() => handler.streams.size === 1);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    rude.socket.resetAndDestroy();
    await until(() => handler.told.includes("aborted 1"));
    await until(() => listener.connections === 0);
    const peer = (await client()).read();
    peer.send(HELLO, headers(3, request(), WHOLE));
    expect((await peer.until(5)).slice(3)).toEqual([
      "HEADERS 3 :status=200",
      "DATA 3 0 END_STREAM",
    ]);
  });

  test("no more sockets are accepted than allowed", async () => {
    const { client, listener } = await start({ connectionsMax: 1 });
    const first = (await client()).read();
    first.send(HELLO);
    await first.until(3);
    const second = (await client()).read();
    await second.closed;
    expect(listener.connections).toBe(1);
  });
});

describe("closing", () => {
  test("waits for open requests, and closes what is idle", async () => {
    const { client, handler, listener } = await start({ http1: http1() });
    handler.onBegin = () => {};
    const busy = (await client()).read();
    busy.send(HELLO, headers(1, request(), WHOLE));
    const idle = (await client()).read();
    idle.send(HELLO);
    const silent = (await client()).read();
    const web = await client();
    web.send(Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const text = web.text();
    await Promise.all([busy.until(3), idle.until(3), until(() => listener.connections === 4)]);
    let closed = false;
    const close = async (): Promise<void> => {
      await listener.close(60_000);
      closed = true;
    };
    const closing = close();
    await Promise.all([silent.closed, text]);
    // Pings are answered as clients answer them.
    const pong = frame("PING", ACK, 0, Buffer.from("qdrain\0\x01"));
    for (const peer of [busy, idle]) {
      expect((await peer.until(5)).slice(3)).toEqual([
        "GOAWAY 2147483647 NO_ERROR",
        expect.any(String),
      ]);
      peer.send(pong);
    }
    await idle.until(6);
    idle.socket.end();
    await idle.closed;
    expect(await busy.until(6)).toContain("GOAWAY 1 NO_ERROR");
    expect(closed).toBe(false);
    handler.answer(1, Buffer.from("late"));
    await busy.until(9);
    busy.socket.end();
    await closing;
    expect(busy.lines.at(-1)).toBe("DATA 1 0 END_STREAM");
    await until(() => listener.connections === 0);
  });

  test("does not wait longer than it was told", async () => {
    const clock = new FakeClock();
    const { client, handler, listener } = await start({ clock });
    handler.onBegin = () => {};
    const peer = (await client()).read();
    peer.send(HELLO, headers(1, request(), WHOLE), data(1, "x"));
    await until(() => listener.connections === 1 && handler.streams.size === 1);
    const closing = listener.close(500);
    clock.advance(500);
    await Promise.all([closing, peer.closed]);
    expect(handler.told).toContain("aborted 1");
    expect(clock.timers).toBe(0);
  });
});

test("a port in use is named, with a remedy", async () => {
  const { listener } = await start();
  await expect(start({ port: listener.port })).rejects.toMatchObject({
    code: "ERR_ADDRESS",
    message: `cannot listen for clients on 127.0.0.1:${listener.port}: another process listens there; stop it or choose another port`,
  });
});

test("answers can be written before the turn ends", async () => {
  const waiting: (() => void)[] = [];
  const { client, handler, listener } = await start({ defer: (flush) => void waiting.push(flush) });
  const peer = (await client()).read();
  peer.send(HELLO, headers(1, request(), WHOLE));
  await until(() => handler.streams.size === 1);
  expect(peer.lines).toEqual([]);
  listener.flush();
  expect(await peer.until(6)).toEqual([...FIRST_LINES, ...HELLO_ANSWER]);
  for (const flush of waiting.splice(0)) flush();
  peer.send(headers(3, request(), WHOLE));
  await until(() => waiting.length === 1);
  waiting[0]?.();
  expect(await peer.until(9)).toHaveLength(9);
});
