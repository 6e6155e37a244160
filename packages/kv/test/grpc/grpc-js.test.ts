import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ClientOptions,
  type ServiceError,
} from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { startGrpcServer, STATUS, type GrpcServer, type Services } from "../../src/grpc/index.ts";
import { until } from "../http2/raw-client.ts";

// The reference client for Node, without generated code: messages are bytes as they are.
const bytes = (message: Buffer): Buffer => message;

/** Handlers note here what became of their calls. */
let told: string[] = [];

const services: Services = new Map([
  ["/t.Echo/Say", { kind: "unary", handle: (request, call) => call.respond(request) }],
  [
    "/t.Echo/Later",
    {
      kind: "unary",
      handle: (request, call) =>
        void setImmediate(() =>
          call.respondWith(request.length, (into, at) => into.set(request, at)),
        ),
    },
  ],
  [
    "/t.Echo/Never",
    {
      kind: "unary",
      handle: (_, call) => {
        told.push("begun");
        call.onCancel(() => told.push("cancelled"));
      },
    },
  ],
  [
    "/t.Echo/Fail",
    { kind: "unary", handle: (_, call) => call.fail(STATUS.notFound, "nö: 100%\n") },
  ],
  [
    "/t.Echo/Token",
    {
      kind: "unary",
      handle: (_, call) => call.respond(Buffer.from(call.metadata("token") ?? "none")),
    },
  ],
  [
    "/t.Echo/Chat",
    {
      kind: "stream",
      handle: (call) => {
        call.onMessage((message) => call.send(message));
        call.onHalfClose(() => call.end());
      },
    },
  ],
  [
    "/t.Echo/Listen",
    { kind: "stream", handle: (call) => call.onCancel(() => told.push("cancelled")) },
  ],
  [
    "/t.Echo/Count",
    {
      kind: "stream",
      handle: (call) => {
        let next = 0;
        const send = (): void => {
          while (next < 20_000) {
            const message = Buffer.alloc(1000);
            message.writeUInt32BE(next++);
            if (!call.send(message)) return;
          }
          call.end();
        };
        call.onDrain(send);
        call.onMessage(send);
        call.onCancel(() => told.push(`cancelled at ${next}`));
      },
    },
  ],
]);

const opened: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  told = [];
  for (const close of opened.splice(0)) await close();
});

async function start(options: ClientOptions = {}): Promise<{ client: Client; server: GrpcServer }> {
  const server = await startGrpcServer({ host: "127.0.0.1", port: 0, services });
  const address = `127.0.0.1:${server.port}`;
  const client = new Client(address, credentials.createInsecure(), options);
  opened.push(
    () => client.close(),
    () => server.close(0),
  );
  return { client, server };
}

function unary(
  client: Client,
  method: string,
  request: Uint8Array | string,
  deadline?: number,
  metadata: Metadata = new Metadata(),
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = deadline === undefined ? {} : { deadline: Date.now() + deadline };
    client.makeUnaryRequest(
      `/t.Echo/${method}`,
      bytes,
      bytes,
      Buffer.from(request),
      metadata,
      options,
      (error, answer) => {
        if (error === null && answer !== undefined) resolve(answer);
        else reject(error ?? new Error("neither an answer nor an error"));
      },
    );
  });
}

function failure(promise: Promise<unknown>): Promise<[code: number, details: string]> {
  return promise.then(
    () => expect.unreachable("it succeeded"),
    (error: ServiceError) => [error.code, error.details],
  );
}

describe("unary calls", () => {
  test.each([0, 1, 1000, 16_379, 16_380, 65_536, 2 * 1024 * 1024])(
    "of %i bytes are answered in full",
    async (size) => {
      const { client } = await start();
      const request = Buffer.alloc(size, "0123456789abcdef~");
      expect(Buffer.compare(await unary(client, "Say", request), request)).toBe(0);
      expect(Buffer.compare(await unary(client, "Later", request), request)).toBe(0);
    },
  );

  test("many at once, from many clients", async () => {
    const { client, server } = await start();
    const clients = [client];
    for (let i = 0; i < 4; i++) {
      const more = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
      });
      opened.unshift(() => more.close());
      clients.push(more);
    }
    const answers = await Promise.all(
      Array.from({ length: 2000 }, async (_, i) => {
        const request = Buffer.alloc((i * 97) % 20_000, String(i));
        const from = clients[i % clients.length] ?? client;
        const answer = await unary(from, i % 3 === 0 ? "Later" : "Say", request, 30_000);
        return Buffer.compare(answer, request) === 0;
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
    expect(server.connections).toBe(clients.length);
  });

  test("carry metadata", async () => {
    const { client } = await start();
    const metadata = new Metadata();
    metadata.set("token", "secret");
    expect((await unary(client, "Token", "", undefined, metadata)).toString()).toBe("secret");
    expect((await unary(client, "Token", "")).toString()).toBe("none");
  });

  test("fail with the code and text of the handler", async () => {
    const { client } = await start();
    expect(await failure(unary(client, "Fail", ""))).toEqual([STATUS.notFound, "nö: 100%\n"]);
  });

  test("of methods that are not there are not implemented", async () => {
    const { client } = await start();
    expect(await failure(unary(client, "Nothing", ""))).toEqual([
      STATUS.unimplemented,
      "unknown method Nothing for service t.Echo",
    ]);
  });

  test("larger than allowed fail, and later ones go on", async () => {
    const { client } = await start();
    const [code, details] = await failure(unary(client, "Say", Buffer.alloc(5_000_000)));
    expect([code, details]).toEqual([
      STATUS.resourceExhausted,
      "grpc: received message larger than max (5000000 vs. 2097152)",
    ]);
    expect((await unary(client, "Say", "small")).toString()).toBe("small");
  });

  test("end at their deadline, on the server too", async () => {
    const { client } = await start();
    expect((await failure(unary(client, "Never", "", 50)))[0]).toBe(STATUS.deadlineExceeded);
    await until(() => told.length === 2);
    expect(told).toEqual(["begun", "cancelled"]);
  });

  test("are cancelled on the server when the client cancels", async () => {
    const { client } = await start();
    const result = new Promise<number | undefined>((resolve) => {
      const made = client.makeUnaryRequest(
        "/t.Echo/Never",
        bytes,
        bytes,
        Buffer.alloc(1),
        (error) => resolve(error?.code),
      );
      void until(() => told.length === 1).then(() => made.cancel());
    });
    expect(await result).toBe(STATUS.cancelled);
    await until(() => told.length === 2);
    expect(told).toEqual(["begun", "cancelled"]);
  });

  test("compressed by the client are refused with what is spoken here", async () => {
    const { client } = await start({
      "grpc.default_compression_algorithm": compressionAlgorithms.gzip,
    });
    expect(await failure(unary(client, "Say", Buffer.alloc(1000)))).toEqual([
      STATUS.unimplemented,
      'grpc: Decompressor is not installed for grpc-encoding "gzip"',
    ]);
  });
});

describe("streams", () => {
  test("carry messages of all sizes both ways, in order", async () => {
    const { client } = await start({ "grpc.max_receive_message_length": -1 });
    const stream = client.makeBidiStreamRequest("/t.Echo/Chat", bytes, bytes);
    const sizes = [0, 1, 100_000, 16_379, 16_380, 5, 1_000_000, 0, 70_000];
    for (const [i, size] of sizes.entries()) stream.write(Buffer.alloc(size, i + 1));
    stream.end();
    const got: (readonly [number, number])[] = [];
    for await (const message of stream) {
      const buffer = message as Buffer;
      got.push([buffer.length, buffer[0] ?? 0]);
    }
    expect(got).toEqual(sizes.map((size, i) => [size, size === 0 ? 0 : i + 1]));
  });

  test("wait for a client that reads slowly, and lose nothing", async () => {
    const { client } = await start();
    const stream = client.makeServerStreamRequest("/t.Echo/Count", bytes, bytes, Buffer.alloc(1));
    let next = 0;
    for await (const message of stream) {
      expect((message as Buffer).readUInt32BE()).toBe(next++);
      if (next % 1000 === 0) await new Promise(setImmediate);
    }
    expect(next).toBe(20_000);
  });

  test("are cancelled in the middle, with most of it not even made", async () => {
    const { client } = await start();
    const stream = client.makeServerStreamRequest("/t.Echo/Count", bytes, bytes, Buffer.alloc(1));
    stream.once("data", () => {
      stream.pause();
      stream.cancel();
    });
    const code = await new Promise((resolve) => {
      stream.on("error", (error: ServiceError) => resolve(error.code));
    });
    expect(code).toBe(STATUS.cancelled);
    await until(() => told.length === 1);
    expect(Number(told[0]?.split(" ")[2])).toBeLessThan(2000);
  });

  test("end at their deadline", async () => {
    const { client } = await start();
    const stream = client.makeBidiStreamRequest("/t.Echo/Listen", bytes, bytes, new Metadata(), {
      deadline: Date.now() + 50,
    });
    stream.write(Buffer.from("x"));
    const code = await new Promise((resolve) => {
      stream.on("error", (error: ServiceError) => resolve(error.code));
      stream.resume();
    });
    expect(code).toBe(STATUS.deadlineExceeded);
    await until(() => told.includes("cancelled"));
  });
});

describe("a server that closes", () => {
  test("answers what is under way, and the client goes elsewhere", async () => {
    const { client, server } = await start();
    const stream = client.makeBidiStreamRequest("/t.Echo/Chat", bytes, bytes);
    const echo = (): Promise<string> =>
      new Promise((resolve) => stream.once("data", (data: Buffer) => resolve(data.toString())));
    stream.write(Buffer.from("one"));
    expect(await echo()).toBe("one");
    const closed = server.close(60_000);
    stream.write(Buffer.from("two"));
    expect(await echo()).toBe("two");
    const ended = new Promise((resolve) => stream.once("status", ({ code }) => resolve(code)));
    stream.end();
    stream.resume();
    expect(await ended).toBe(STATUS.ok);
    await closed;
    expect((await failure(unary(client, "Say", "late")))[0]).toBe(STATUS.unavailable);
  });

  test("cancels what does not end in time", async () => {
    const { client, server } = await start();
    const result = failure(unary(client, "Never", ""));
    await until(() => told.length === 1);
    await server.close(10);
    expect((await result)[0]).toBe(STATUS.unavailable);
    expect(told).toEqual(["begun", "cancelled"]);
  });
});
