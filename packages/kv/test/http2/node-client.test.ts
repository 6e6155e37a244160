import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from "node:http2";
import { afterEach, describe, expect, test } from "vitest";
import type { RequestHandler } from "../../src/http2/connection.ts";
import { encodeField, encodeStatus, prepareBlock } from "../../src/http2/hpack/encoder.ts";
import { Http2Listener } from "../../src/http2/listener.ts";
import type { RequestHead } from "../../src/http2/request-head.ts";
import type { Http2Stream, StreamSink } from "../../src/http2/stream.ts";
import { until } from "./raw-client.ts";

const HEAD = prepareBlock([encodeStatus(200), encodeField("x-served-by", "test")]);
const TRAILERS = prepareBlock([encodeField("x-sum", "done")]);

/** Sends back each body as it comes, to its end save for one path, and remembers heads. */
class EchoHandler implements RequestHandler<RequestHead> {
  readonly heads: RequestHead[] = [];
  readonly aborted: number[] = [];

  route(head: RequestHead): RequestHead {
    this.heads.push(head);
    return head;
  }

  begin(stream: Http2Stream, { path }: RequestHead): StreamSink {
    stream.headers(HEAD, false);
    return {
      received: (bytes, from, to) => stream.data([bytes.subarray(from, to)]),
      halfClosed: () => {
        if (path !== "/never-ends") stream.end(TRAILERS);
      },
      aborted: () => void this.aborted.push(stream.id),
      drained: () => {},
    };
  }
}

const opened: { listener: Http2Listener<RequestHead>; sessions: ClientHttp2Session[] }[] = [];

afterEach(async () => {
  for (const { listener, sessions } of opened.splice(0)) {
    for (const session of sessions) session.destroy();
    await listener.close(0);
  }
});

async function start(options: Parameters<typeof connect>[1] = {}): Promise<{
  handler: EchoHandler;
  listener: Http2Listener<RequestHead>;
  session: ClientHttp2Session;
}> {
  const handler = new EchoHandler();
  const listener = await Http2Listener.start({ host: "127.0.0.1", port: 0, handler });
  // In MB: by default the client gives up when it holds ten.
  const session = connect(`http://127.0.0.1:${listener.port}`, {
    maxSessionMemory: 1000,
    ...options,
  });
  session.on("error", () => {});
  opened.push({ listener, sessions: [session] });
  return { handler, listener, session };
}

interface Answer {
  readonly status: number | undefined;
  readonly body: Buffer;
  readonly trailers: unknown;
}

function post(
  session: ClientHttp2Session,
  body: Uint8Array,
  more: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": "/echo", ...more });
    let status: number | undefined;
    let trailers: unknown = null;
    const chunks: Buffer[] = [];
    stream.on("response", (headers) => {
      status = headers[":status"];
    });
    stream.on("trailers", (headers) => {
      trailers = headers["x-sum"];
    });
    stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => resolve({ status, trailers, body: Buffer.concat(chunks) }));
    stream.end(body);
  });
}

// Its headers are Huffman-coded by another implementation: a second opinion on the code table.
test("every character that a header may hold arrives as it was sent", async () => {
  const { handler, session } = await start();
  const allowed = [9, ...Array.from({ length: 95 }, (_, i) => 32 + i)];
  const latin = Array.from({ length: 128 }, (_, i) => 128 + i);
  const sent: string[] = [];
  for (const code of [...allowed, ...latin]) {
    // Short codes around it, so that the Huffman code is the shorter one whatever its own.
    const value = `aaaaaaaaaaaaaaaaaaaa${String.fromCharCode(code)}eeeeeeeeeeeeeeeeeeee`;
    sent.push(value);
    await post(session, Buffer.alloc(0), { "x-value": value });
  }
  const got = handler.heads.map(
    ({ fields }) => fields.find(({ name }) => name === "x-value")?.value,
  );
  expect(got).toEqual(sent);
});

test.each([0, 1, 16_384, 16_385, 1_000_000, 20_000_000])(
  "a body of %i bytes comes back",
  async (size) => {
    const { session } = await start();
    const body = Buffer.alloc(size, "0123456789abcdef~");
    const answer = await post(session, body);
    expect(answer.status).toBe(200);
    expect(answer.trailers).toBe("done");
    expect(Buffer.compare(answer.body, body)).toBe(0);
  },
);

test("thousands of streams at once, with bodies of all sizes", async () => {
  const { session } = await start();
  const answers = await Promise.all(
    Array.from({ length: 3000 }, async (_, i) => {
      const body = Buffer.alloc((i * 37) % 5000, String(i));
      const answer = await post(session, body, { "x-number": String(i) });
      return Buffer.compare(answer.body, body) === 0;
    }),
  );
  expect(answers.every(Boolean)).toBe(true);
});

test.each([
  ["a small window", { settings: { initialWindowSize: 1000 } }],
  ["no header table", { settings: { headerTableSize: 0 } }],
  ["a large header table", { settings: { headerTableSize: 65_536 } }],
  ["padding", { paddingStrategy: 1 }],
  ["large frames", { settings: { maxFrameSize: 1_000_000 } }],
])("a client with %s", async (_, options) => {
  const { session } = await start(options);
  for (let round = 0; round < 3; round++) {
    const bodies = Array.from({ length: 20 }, (__, i) => Buffer.alloc(i * 3000, i));
    const answers = await Promise.all(bodies.map((body) => post(session, body)));
    expect(answers.map(({ body }) => body.length)).toEqual(bodies.map(({ length }) => length));
  }
});

test("settings that change under way", async () => {
  const { session } = await start();
  const body = Buffer.alloc(3_000_000, "x");
  const answers = [post(session, body), post(session, body)];
  for (const initialWindowSize of [1, 100_000, 0, 2_000_000, 70_000]) {
    session.settings({ initialWindowSize });
    await new Promise<void>((done) => session.once("localSettings", () => done()));
  }
  for (const answer of answers) expect((await answer).body).toHaveLength(3_000_000);
});

describe("a client that", () => {
  test("cancels is heard, and its connection goes on", async () => {
    const { handler, session } = await start();
    const stream = session.request({ ":method": "POST", ":path": "/never-ends" });
    stream.on("error", () => {});
    stream.write("begin");
    await new Promise((resolve) => stream.once("data", resolve));
    stream.close(8);
    await until(() => handler.aborted.length === 1);
    expect((await post(session, Buffer.from("after"))).body.toString()).toBe("after");
  });

  test("reads nothing for a while gets everything in the end", async () => {
    const { session } = await start({ settings: { initialWindowSize: 10_000_000 } });
    const stream = session.request({ ":method": "POST", ":path": "/" });
    stream.pause();
    const body = Buffer.alloc(8_000_000, "0123456789");
    stream.end(body);
    await new Promise((resolve) => stream.once("response", resolve));
    expect((await post(session, Buffer.from("other"))).body.toString()).toBe("other");
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.compare(Buffer.concat(chunks), body)).toBe(0);
  });

  test("pings is answered", async () => {
    const { session } = await start();
    await post(session, Buffer.from("x"));
    const answer = await new Promise((resolve, reject) => {
      session.ping(Buffer.from("12345678"), (error, _, payload) => {
        if (error === null) resolve(payload.toString());
        else reject(error);
      });
    });
    expect(answer).toBe("12345678");
  });

  test("sends a request and its end without a body is answered without a reset", async () => {
    const { session } = await start();
    const stream = session.request({ ":method": "GET", ":path": "/" }, { endStream: true });
    stream.resume();
    await new Promise((resolve) => stream.once("close", resolve));
    expect(stream.rstCode).toBe(0);
  });

  test("is connected when the server closes finishes its requests and goes", async () => {
    const { listener, session } = await start();
    const stream = session.request({ ":method": "POST", ":path": "/" });
    const response = new Promise((resolve) => stream.once("response", resolve));
    stream.write("x");
    await response;
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    const closed = listener.close(60_000);
    await goaway;
    const rest: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => void rest.push(chunk));
    stream.end("y");
    await new Promise((resolve) => stream.once("end", resolve));
    await closed;
    expect(Buffer.concat(rest).toString()).toBe("xy");
  });
});
