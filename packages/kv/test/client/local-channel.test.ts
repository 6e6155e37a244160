import { describe, expect, test } from "vitest";
import type { ClientStream, StreamSink, UnaryOptions } from "../../src/client/channel.ts";
import type { EtcdError } from "../../src/client/etcd-error.ts";
import { LocalChannel } from "../../src/client/local-channel.ts";
import { STATUS, type Method, type StreamCall, type UnaryCall } from "../../src/grpc/index.ts";
import { FakeClock } from "../http2/fake-clock.ts";
import { settled } from "./fake-channel.ts";
import { failure } from "./failure.ts";

const WRITE: UnaryOptions = { timeoutMillis: 1000, repeatable: false };
const READ: UnaryOptions = { timeoutMillis: 1000, repeatable: true };
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const textOf = (message: Uint8Array): string => Buffer.from(message).toString();

interface Local {
  readonly clock: FakeClock;
  readonly channel: LocalChannel;
}

function localTo(method: Method | null): Local {
  const clock = new FakeClock();
  const services = method === null ? null : new Map([["/s/m", method]]);
  return { clock, channel: new LocalChannel(() => services, clock) };
}

describe("a unary call", () => {
  function unary(handle: (request: Uint8Array, call: UnaryCall) => void): Local {
    return localTo({ kind: "unary", handle });
  }

  test("is handed to the method after the caller's turn, as a copy, and so is the answer", async () => {
    const answer = bytes("answer");
    let handled: Uint8Array | null = null;
    const { channel } = unary((request, call) => {
      handled = request;
      call.respond(answer);
    });
    const request = bytes("question");
    const answered = channel.unary("/s/m", request, READ);
    expect(handled).toBe(null);
    request.fill(0);
    const got = await answered;
    expect(textOf(handled ?? new Uint8Array())).toBe("question");
    answer.fill(0);
    expect(textOf(got)).toBe("answer");
  });

  test("takes an answer that is written where it leaves from", async () => {
    const { channel } = unary((_, call) =>
      call.respondWith(3, (into, offset) => into.set(bytes("abc"), offset)),
    );
    expect(textOf(await channel.unary("/s/m", bytes(""), READ))).toBe("abc");
  });

  test("fails with the method's status, and knows what that says of a change", async () => {
    const failing = (
      code: UnaryCall["fail"] extends (code: infer C, m: string) => void ? C : never,
    ) => unary((_, call) => call.fail(code, "why")).channel.unary("/s/m", bytes(""), WRITE);
    expect(await failure(failing(STATUS.notFound))).toMatchObject({
      code: "NOT_FOUND",
      message: "why",
      maybeApplied: false,
    });
    expect(await failure(failing(STATUS.unavailable))).toMatchObject({
      code: "UNAVAILABLE",
      maybeApplied: true,
    });
  });

  test("ends at its deadline, and the method hears that nobody waits", async () => {
    const calls: UnaryCall[] = [];
    let told = 0;
    const { channel, clock } = unary((_, call) => {
      calls.push(call);
      call.onCancel(() => told++);
    });
    const ended = failure(channel.unary("/s/m", bytes(""), WRITE));
    await settled();
    clock.advance(999);
    expect(calls[0]?.cancelled).toBe(false);
    clock.advance(1);
    expect(await ended).toMatchObject({ code: "DEADLINE_EXCEEDED", maybeApplied: true });
    await settled();
    expect([calls[0]?.cancelled, told]).toEqual([true, 1]);
    calls[0]?.respond(bytes("too late"));
    expect(clock.timers).toBe(0);
  });

  test("rejects with the reason of its signal", async () => {
    const controller = new AbortController();
    const { channel, clock } = unary(() => controller.abort(new Error("no longer wanted")));
    const options = { ...WRITE, signal: controller.signal };
    await expect(channel.unary("/s/m", bytes(""), options)).rejects.toThrow("no longer wanted");
    expect(clock.timers).toBe(0);
  });

  test("finds nobody while the member is down, and nothing was written", async () => {
    const { channel } = localTo(null);
    expect(await failure(channel.unary("/s/m", bytes(""), WRITE))).toMatchObject({
      code: "UNAVAILABLE",
      maybeApplied: false,
    });
  });

  test("names a method that there is not", async () => {
    const { channel } = unary(() => undefined);
    expect(await failure(channel.unary("/s/other", bytes(""), WRITE))).toMatchObject({
      code: "UNIMPLEMENTED",
      message: "unknown method /s/other",
    });
  });

  test("is ended by closing the channel, and refused afterwards", async () => {
    const { channel } = unary(() => channel.close());
    const ended = { code: "CANCELLED", message: "the client is closed" };
    expect(await failure(channel.unary("/s/m", bytes(""), WRITE))).toMatchObject(ended);
    expect(await failure(channel.unary("/s/m", bytes(""), WRITE))).toMatchObject(ended);
  });
});

describe("a stream", () => {
  class Heard implements StreamSink {
    readonly all: unknown[] = [];

    message(message: Uint8Array): void {
      this.all.push(textOf(message));
    }

    end(error: EtcdError | null): void {
      this.all.push(error === null ? "end" : error.message);
    }
  }

  function opened(handle: (call: StreamCall) => void): {
    readonly heard: Heard;
    readonly stream: ClientStream;
  } {
    const heard = new Heard();
    const { channel } = localTo({ kind: "stream", handle });
    return { heard, stream: channel.stream("/s/m", heard, { needsLeader: true }) };
  }

  test("carries messages either way, in order, until both have ended it", async () => {
    const { heard, stream } = opened((call) => {
      call.onMessage((message) => call.send(message));
      call.onHalfClose(() => call.end());
      call.send(bytes(String(call.metadata("hasleader"))));
    });
    for (const text of ["a", "b"]) stream.send(bytes(text));
    stream.halfClose();
    expect(heard.all).toEqual([]);
    await settled();
    expect(heard.all).toEqual(["true", "a", "b", "end"]);
  });

  test("hears of a failure behind the messages", async () => {
    const { heard } = opened((call) => {
      call.send(bytes("last"));
      call.fail(STATUS.unavailable, "gone");
      call.send(bytes("too late"));
    });
    await settled();
    expect(heard.all).toEqual(["last", "gone"]);
  });

  test("hears nothing once it is cancelled, and the method hears that", async () => {
    let told = 0;
    const { heard, stream } = opened((call) => {
      call.onCancel(() => told++);
      call.onMessage((message) => call.send(message));
    });
    stream.send(bytes("a"));
    await settled();
    stream.send(bytes("b"));
    stream.cancel();
    await settled();
    expect(heard.all).toEqual(["a"]);
    expect(told).toBe(1);
  });

  test("lets the method wait while it is paused", async () => {
    const kilobytes = bytes("x".repeat(1024));
    let sent = 0;
    const { heard, stream } = opened((call) => {
      const fill = (): void => {
        while (sent < 200) {
          sent++;
          if (!call.send(kilobytes)) return;
        }
        call.end();
      };
      call.onDrain(fill);
      fill();
    });
    stream.pause();
    await settled();
    expect(sent).toBe(64);
    expect(heard.all).toHaveLength(0);
    stream.resume();
    await settled();
    expect(heard.all).toHaveLength(201);
    expect(heard.all.at(-1)).toBe("end");
  });

  test("ends when it is paused for good and the method goes on", async () => {
    const megabyte = new Uint8Array(1024 * 1024);
    let told = 0;
    const { heard, stream } = opened((call) => {
      call.onCancel(() => told++);
      for (let i = 0; i < 20 && !call.cancelled; i++) call.send(megabyte);
    });
    stream.pause();
    await settled();
    expect(heard.all).toEqual(["the client reads too slowly"]);
    expect(told).toBe(1);
  });
});
