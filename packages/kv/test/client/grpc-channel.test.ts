import type { ServerHttp2Stream } from "node:http2";
import { afterEach, describe, expect, test } from "vitest";
import type { ClientStream, StreamSink, UnaryOptions } from "../../src/client/channel.ts";
import { realClock, type ClientClock } from "../../src/client/clock.ts";
import type { EtcdError } from "../../src/client/etcd-error.ts";
import { GrpcChannel } from "../../src/client/grpc-channel.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import {
  closeEndpoints,
  closing,
  deadEndpoint,
  endpoint,
  framed,
  reply,
  silentEndpoint,
  streamEndpoint,
  wireTo,
} from "./fake-endpoint.ts";
import { Deferred } from "./fake-channel.ts";
import { failure } from "./failure.ts";

afterEach(closeEndpoints);

const PATIENCE = { connectMillis: 2000, pingMillis: 10_000, pingAnswerMillis: 5000 };
const WRITE: UnaryOptions = { timeoutMillis: 5000, repeatable: false };
const READ: UnaryOptions = { timeoutMillis: 5000, repeatable: true };

function channelTo(url: string, clock: ClientClock = realClock): GrpcChannel {
  return closing(new GrpcChannel(url, clock, PATIENCE));
}

function call(url: string, options = WRITE, clock?: ClientClock): Promise<Uint8Array> {
  return channelTo(url, clock).unary("/x.Y/Z", Buffer.from("question"), options);
}

describe("a unary call", () => {
  test("carries one framed message each way", async () => {
    const url = await endpoint((stream, body) => {
      expect(body.toString("latin1")).toBe("\0\0\0\0\x08question");
      reply(stream, framed("answer"));
    });
    expect(Buffer.from(await call(url)).toString()).toBe("answer");
  });

  test("tells the server its deadline", async () => {
    const heard: unknown[] = [];
    const url = await streamEndpoint((stream, headers) => {
      heard.push(headers["grpc-timeout"], headers["hasleader"]);
      reply(stream, framed(""));
    });
    await call(url, WRITE, new FakeClock());
    await call(url, { ...WRITE, timeoutMillis: 1e12 }, new FakeClock());
    expect(heard).toEqual(["5000m", undefined, "99999999m", undefined]);
  });

  test("fails with the server's status and text", async () => {
    const url = await endpoint((stream) => reply(stream, new Uint8Array(), "11", "gr%C3%BCn"));
    const error = await failure(call(url));
    expect(error).toMatchObject({ code: "OUT_OF_RANGE", message: "grün", reason: null });
    expect(error.maybeApplied).toBe(false);
  });

  test("knows etcd's texts", async () => {
    const text = "etcdserver: mvcc: required revision has been compacted";
    const url = await endpoint((stream) => reply(stream, new Uint8Array(), "11", text));
    expect((await failure(call(url))).reason).toBe("compacted");
  });

  test("understands a status that comes without an answer", async () => {
    const url = await endpoint((stream) => {
      stream.respond(
        { ":status": 200, "grpc-status": "12", "grpc-message": "not here" },
        { endStream: true },
      );
    });
    expect(await failure(call(url))).toMatchObject({ code: "UNIMPLEMENTED", message: "not here" });
  });

  test.each([
    ["is too short", Buffer.from([0, 0]), /a message is cut off$/],
    ["is cut off", Buffer.from([0, 0, 0, 0, 9, 1]), /a message is cut off$/],
    ["is compressed", Buffer.from([1, 0, 0, 0, 1, 1]), /a message is compressed/],
    ["is too large", Buffer.from([0, 0xff, 0, 0, 0]), /a message is larger than 268435456 bytes$/],
    ["is none", Buffer.from([]), /no answer and no error/],
  ])("refuses an answer that %s", async (_, body, message) => {
    const url = await endpoint((stream) => reply(stream, body));
    const error = await failure(call(url));
    expect(error).toMatchObject({ code: "INTERNAL", maybeApplied: true });
    expect(error.message).toMatch(message);
  });

  test("says when the other side is no gRPC server", async () => {
    const url = await endpoint((stream) => stream.respond({ ":status": 404 }, { endStream: true }));
    expect((await failure(call(url))).message).toMatch(
      /answered HTTP 404: is it an etcd v3 endpoint\?$/,
    );
  });

  test("says when nothing listens, and that nothing was written", async () => {
    const url = await deadEndpoint();
    expect(await failure(call(url))).toMatchObject({
      code: "UNAVAILABLE",
      message: `cannot connect to ${url}: connection refused, nothing listens there`,
      maybeApplied: false,
    });
  });

  test("is not sent to a server that takes the connection and says nothing", async () => {
    const url = await silentEndpoint();
    const channel = closing(new GrpcChannel(url, realClock, { ...PATIENCE, connectMillis: 30 }));
    expect(await failure(channel.unary("/x.Y/Z", new Uint8Array(), WRITE))).toMatchObject({
      code: "UNAVAILABLE",
      message: `cannot connect to ${url}: no connection in time`,
      maybeApplied: false,
    });
  });

  test("gives up when no answer comes, and does not know whether it was written", async () => {
    const url = await endpoint(() => undefined);
    expect(await failure(call(url, { ...WRITE, timeoutMillis: 50 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      maybeApplied: true,
    });
    expect(await failure(call(url, { ...READ, timeoutMillis: 50 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      maybeApplied: false,
    });
  });

  test("notices a connection that breaks", async () => {
    const url = await endpoint((stream) => stream.session?.destroy());
    expect(await failure(call(url))).toMatchObject({ code: "UNAVAILABLE", maybeApplied: true });
  });

  test("knows that a refused stream was not served", async () => {
    const url = await endpoint((stream) => stream.close(7));
    expect(await failure(call(url))).toMatchObject({ code: "UNAVAILABLE", maybeApplied: false });
  });

  test("rejects with the reason of its signal", async () => {
    const controller = new AbortController();
    const url = await endpoint(() => controller.abort(new Error("no longer wanted")));
    await expect(call(url, { ...WRITE, signal: controller.signal })).rejects.toThrow(
      "no longer wanted",
    );
    await expect(call(url, { ...WRITE, signal: controller.signal })).rejects.toThrow(
      "no longer wanted",
    );
  });

  test("connects again when the connection is gone", async () => {
    const url = await endpoint((stream, body) => {
      if (body.toString().includes("break")) stream.session?.destroy();
      else reply(stream, framed("answer"));
    });
    const channel = channelTo(url);
    expect(await channel.unary("/x.Y/Z", Buffer.from("a"), WRITE)).toHaveLength(6);
    await failure(channel.unary("/x.Y/Z", Buffer.from("break"), WRITE));
    expect(await channel.unary("/x.Y/Z", Buffer.from("a"), WRITE)).toHaveLength(6);
  });

  test("is refused once the channel is closed, and ended by that", async () => {
    const url = await endpoint(() => channel.close());
    const channel = channelTo(url);
    const ended = { code: "CANCELLED", message: "the client is closed" };
    expect(await failure(channel.unary("/x.Y/Z", new Uint8Array(), WRITE))).toMatchObject(ended);
    expect(await failure(channel.unary("/x.Y/Z", new Uint8Array(), WRITE))).toMatchObject(ended);
  });
});

/** What a stream's sink heard. */
class Heard implements StreamSink {
  readonly messages: string[] = [];
  readonly ended: Promise<EtcdError | null>;
  #ended: (error: EtcdError | null) => void = () => undefined;
  onMessage: () => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#ended = resolve));
  }

  message(bytes: Uint8Array): void {
    this.messages.push(Buffer.from(bytes).toString());
    this.onMessage();
  }

  end(error: EtcdError | null): void {
    this.#ended(error);
  }
}

function open(url: string, heard: Heard, clock?: ClientClock): ClientStream {
  return channelTo(url, clock).stream("/x.Y/Z", heard, { needsLeader: true });
}

/** Sends every byte back, and ends when the client does. */
function echo(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.pipe(stream);
}

describe("a stream", () => {
  test("carries any number of messages either way until the client ends it", async () => {
    const heard = new Heard();
    const stream = open(await streamEndpoint(echo), heard);
    const sent = ["a", "b".repeat(100_000), "c"];
    for (const text of sent) stream.send(Buffer.from(text));
    stream.halfClose();
    expect(await heard.ended).toBe(null);
    expect(heard.messages).toEqual(sent);
  });

  test("asks for a leader where it needs one", async () => {
    const heard = new Heard();
    const url = await streamEndpoint((stream, headers) => {
      expect(headers["grpc-timeout"]).toBeUndefined();
      reply(stream, framed(String(headers["hasleader"])));
    });
    open(url, heard);
    await heard.ended;
    expect(heard.messages).toEqual(["true"]);
  });

  test("hears of its end behind the messages, with the reason", async () => {
    const heard = new Heard();
    open(await streamEndpoint((stream) => reply(stream, framed("last"), "14", "gone")), heard);
    expect(await heard.ended).toMatchObject({ code: "UNAVAILABLE", message: "gone" });
    expect(heard.messages).toEqual(["last"]);
  });

  test("hears nothing once it was cancelled, and the server hears that", async () => {
    const heard = new Heard();
    const reset = new Deferred<number>();
    const url = await streamEndpoint((stream) => {
      echo(stream);
      stream.on("close", () => reset.resolve(stream.rstCode));
    });
    const stream = open(url, heard);
    heard.onMessage = () => {
      stream.cancel();
      stream.send(Buffer.from("more"));
    };
    stream.send(Buffer.from("one"));
    stream.send(Buffer.from("two"));
    expect(await reset.promise).toBe(8);
    expect(heard.messages).toEqual(["one"]);
  });

  test("lets the server wait while it is paused, but not the other calls", async () => {
    const heard = new Heard();
    const messages = 20;
    let waiting = (): number => 0;
    const url = await streamEndpoint((stream, headers) => {
      if (headers[":path"] === "/x.Y/Waiting") return reply(stream, framed(String(waiting())));
      waiting = () => stream.writableLength;
      const frame = framed("x".repeat(1_000_000));
      reply(stream, Buffer.concat(Array.from({ length: messages }, () => frame)));
    });
    const channel = channelTo(url);
    const stream = channel.stream("/x.Y/Z", heard, { needsLeader: false });
    await new Promise<void>((resolve) => {
      heard.onMessage = () => {
        heard.onMessage = () => undefined;
        stream.pause();
        resolve();
      };
    });
    // Many times over what would be needed for all of it to arrive.
    for (let i = 0; i < 100; i++) {
      const answer = await channel.unary("/x.Y/Waiting", new Uint8Array(), READ);
      expect(Number(Buffer.from(answer))).toBeGreaterThan(0);
    }
    expect(heard.messages.length).toBeLessThan(4);
    stream.resume();
    expect(await heard.ended).toBe(null);
    expect(heard.messages).toHaveLength(messages);
  });

  test("goes on while its server answers that it lives, and ends when that falls silent", async () => {
    const clock = new FakeClock();
    const heard = new Heard();
    const pinged = new Deferred<void>();
    const wire = await wireTo(
      await streamEndpoint((stream) => {
        echo(stream);
        stream.session?.on("ping", () => pinged.resolve());
      }),
    );
    const stream = open(wire.url, heard, clock);
    const said = async (text: string): Promise<void> => {
      const answered = new Promise<void>((resolve) => (heard.onMessage = resolve));
      stream.send(Buffer.from(text));
      await answered;
    };
    await said("a");
    clock.advance(PATIENCE.pingMillis);
    await pinged.promise;
    // This answer comes behind that to the ping.
    await said("b");
    clock.advance(PATIENCE.pingMillis - 1);
    await said("c");
    wire.cut();
    clock.advance(1 + PATIENCE.pingAnswerMillis - 1);
    stream.send(Buffer.from("lost"));
    clock.advance(1);
    expect(await heard.ended).toMatchObject({
      code: "UNAVAILABLE",
      message: `${wire.url} broke off: the server does not answer`,
    });
    expect(heard.messages).toEqual(["a", "b", "c"]);
  });

  test("is refused once the channel is closed, in a later turn", async () => {
    const order: string[] = [];
    const channel = channelTo(await streamEndpoint(echo));
    channel.close();
    await new Promise<void>((resolve) => {
      const end = (error: EtcdError | null): void => {
        order.push(error?.code ?? "OK");
        resolve();
      };
      channel.stream("/x.Y/Z", { message: () => undefined, end }, { needsLeader: false });
      order.push("returned");
    });
    expect(order).toEqual(["returned", "CANCELLED"]);
  });
});
