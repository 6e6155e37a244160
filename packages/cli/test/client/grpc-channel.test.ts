import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { ClusterClient } from "../../src/client/cluster-client.ts";
import { GrpcChannel } from "../../src/client/grpc-channel.ts";
import { GrpcError } from "../../src/client/grpc-error.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

function listen(server: Http2Server | Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

async function endpoint(
  answer: (stream: ServerHttp2Stream, body: Buffer) => void,
): Promise<string> {
  const server = createServer();
  server.on("session", (session) => open.push(() => session.destroy()));
  open.push(() => server.close());
  server.on("stream", (stream) => {
    const chunks: Buffer[] = [];
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => answer(stream, Buffer.concat(chunks)));
  });
  return listen(server);
}

function reply(stream: ServerHttp2Stream, body: Uint8Array, status = "0", message = ""): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () =>
    stream.sendTrailers({ "grpc-status": status, "grpc-message": message }),
  );
  stream.end(body);
}

async function call(url: string, timeoutMs = 5000): Promise<Uint8Array> {
  const channel = new GrpcChannel(url);
  open.push(() => channel.close());
  return channel.unary("/x.Y/Z", Buffer.from("question"), timeoutMs);
}

async function failure(promise: Promise<unknown>): Promise<GrpcError> {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof GrpcError) return thrown;
  throw new Error(`expected a GrpcError, got ${String(thrown)}`);
}

describe("a unary call", () => {
  test("carries one framed message each way", async () => {
    const url = await endpoint((stream, body) => {
      expect(body.toString("latin1")).toBe("\0\0\0\0\x08question");
      reply(stream, Buffer.from("\0\0\0\0\x06answer", "latin1"));
    });
    expect(Buffer.from(await call(url)).toString()).toBe("answer");
  });

  test("fails with the server's status and text", async () => {
    const url = await endpoint((stream) => reply(stream, new Uint8Array(), "11", "gr%C3%BCn"));
    expect(await failure(call(url))).toMatchObject({
      status: 11,
      statusName: "OUT_OF_RANGE",
      message: "grün",
    });
  });

  test("understands a status that comes without an answer", async () => {
    const url = await endpoint((stream) => {
      stream.respond(
        { ":status": 200, "grpc-status": "12", "grpc-message": "not here" },
        { endStream: true },
      );
    });
    expect(await failure(call(url))).toMatchObject({
      statusName: "UNIMPLEMENTED",
      message: "not here",
    });
  });

  test.each([
    ["too short", Buffer.from([0, 0])],
    ["cut off", Buffer.from([0, 0, 0, 0, 9, 1])],
    ["compressed", Buffer.from([1, 0, 0, 0, 1, 1])],
  ])("refuses an answer that is %s", async (_, body) => {
    const url = await endpoint((stream) => reply(stream, body));
    expect(await failure(call(url))).toMatchObject({ statusName: "INTERNAL" });
  });

  test("says when the other side is no gRPC server", async () => {
    const url = await endpoint((stream) => stream.respond({ ":status": 404 }, { endStream: true }));
    expect((await failure(call(url))).message).toMatch(
      /answered HTTP 404: is it an etcd v3 endpoint\?$/,
    );
  });

  test("says when nothing listens", async () => {
    const server = createTcpServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(call(url));
    expect(error.message).toBe(
      `cannot connect to ${url}: connection refused, nothing listens there`,
    );
    expect(error).toMatchObject({ statusName: "UNAVAILABLE", sent: false });
  });

  test("gives up when no answer comes", async () => {
    const url = await endpoint(() => undefined);
    expect(await failure(call(url, 50))).toMatchObject({
      statusName: "DEADLINE_EXCEEDED",
      sent: true,
    });
  });

  test("notices a connection that breaks", async () => {
    const url = await endpoint((stream) => stream.session?.destroy());
    expect(await failure(call(url))).toMatchObject({ statusName: "UNAVAILABLE", sent: true });
  });
});

describe("a client of several endpoints", () => {
  const down = "http://127.0.0.1:1";

  function client(...urls: string[]): ClusterClient {
    const made = new ClusterClient(urls, 2000);
    open.push(() => made.close());
    return made;
  }

  test("asks the next when one is down, and keeps to it", async () => {
    let asked = 0;
    const url = await endpoint((stream) => {
      asked++;
      reply(stream, Buffer.from([0, 0, 0, 0, 1, 7]));
    });
    const several = client(down, url);
    for (let i = 0; i < 2; i++) {
      expect(await several.call("/x.Y/Z", new Uint8Array(), { repeatable: false })).toEqual(
        Buffer.from([7]),
      );
    }
    expect(asked).toBe(2);
  });

  test("repeats a read elsewhere, but never a write that may have arrived", async () => {
    const broken = await endpoint((stream) => reply(stream, new Uint8Array(), "14", "no leader"));
    const good = await endpoint((stream) => reply(stream, Buffer.from([0, 0, 0, 0, 0])));
    expect(
      await client(broken, good).call("/r", new Uint8Array(), { repeatable: true }),
    ).toHaveLength(0);
    const error = await failure(
      client(broken, good).call("/w", new Uint8Array(), { repeatable: false }),
    );
    expect(error).toMatchObject({ message: "no leader", repeatable: false });
  });
});
