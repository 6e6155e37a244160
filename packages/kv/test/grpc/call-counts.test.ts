import { expect, test } from "vitest";
import type { ClientCounts, MethodCounts } from "../../src/grpc/index.ts";
import {
  data,
  END_STREAM,
  headers,
  INITIAL_WINDOW_SIZE,
  request,
  rst,
  settings,
  type Header,
} from "../http2/wire.ts";
import { framed, GrpcUnderTest } from "./grpc-under-test.ts";

/** What was counted of a method, without what is 0; `ended` by code. */
function counted(grpc: GrpcUnderTest, path: string): Record<string, unknown> {
  const counts: MethodCounts = grpc.counts.of(path);
  const { started, messagesReceived, messagesSent, bytesReceived, bytesSent } = counts;
  const numbers = { started, messagesReceived, messagesSent, bytesReceived, bytesSent };
  const told = (all: object): object =>
    Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0));
  return { ...told(numbers), ended: told(counts.ended) };
}

function head(path: string, ...fields: readonly Header[]): Buffer {
  return request([":path", path], ...fields);
}

test("a call with one answer is counted where it begins, and where it ends", () => {
  const grpc = new GrpcUnderTest();
  const body = framed("hello");
  grpc.peer.receive(headers(1, head("/t.Echo/Wait")), data(1, body.subarray(0, 7)));
  expect(counted(grpc, "/t.Echo/Wait")).toEqual({ started: 1, ended: {} });
  grpc.peer.receive(data(1, body.subarray(7), END_STREAM));
  const received = { started: 1, messagesReceived: 1, bytesReceived: 5 };
  expect(counted(grpc, "/t.Echo/Wait")).toEqual({ ...received, ended: {} });
  grpc.unary[0]?.call.respond(Buffer.alloc(3));
  grpc.unary[0]?.call.respond(Buffer.alloc(3));
  grpc.unary[0]?.call.fail(13, "late");
  const sent = { messagesSent: 1, bytesSent: 3 };
  expect(counted(grpc, "/t.Echo/Wait")).toEqual({ ...received, ...sent, ended: { 0: 1 } });
  expect(counted(grpc, "/t.Echo/Say")).toEqual({ ended: {} });
});

test("an answer written where it leaves from counts as any other", () => {
  const grpc = new GrpcUnderTest();
  grpc.peer.receive(headers(1, head("/t.Echo/Wait")), data(1, framed(""), END_STREAM));
  grpc.unary[0]?.call.respondWith(4, () => {});
  const counts = { started: 1, messagesReceived: 1, messagesSent: 1, bytesSent: 4 };
  expect(counted(grpc, "/t.Echo/Wait")).toEqual({ ...counts, ended: { 0: 1 } });
});

test("every message of a stream is counted, either way", () => {
  const grpc = new GrpcUnderTest();
  grpc.peer.receive(
    headers(1, head("/t.Echo/Chat")),
    data(1, Buffer.concat([framed("ab"), framed("cde")])),
  );
  grpc.streams[0]?.send(Buffer.alloc(10));
  grpc.streams[0]?.send(Buffer.alloc(100_000));
  const counts = { started: 1, messagesReceived: 2, bytesReceived: 5 };
  const sent = { messagesSent: 2, bytesSent: 100_010 };
  expect(counted(grpc, "/t.Echo/Chat")).toEqual({ ...counts, ...sent, ended: {} });
  grpc.streams[0]?.end();
  grpc.streams[0]?.send(Buffer.alloc(10));
  expect(counted(grpc, "/t.Echo/Chat")).toEqual({ ...counts, ...sent, ended: { 0: 1 } });
});

test.each<readonly [string, number, (grpc: GrpcUnderTest) => void]>([
  ["fails", 5, (grpc) => grpc.unary[0]?.call.fail(5, "no")],
  ["is cancelled", 1, (grpc) => grpc.peer.receive(rst(1))],
  ["loses its connection", 1, (grpc) => grpc.peer.connection.closed()],
  ["expires", 4, (grpc) => grpc.clock.advance(1040)],
])("a call that %s ends with status %i", (_, code, end) => {
  const grpc = new GrpcUnderTest();
  grpc.peer.receive(
    headers(1, head("/t.Echo/Wait", ["grpc-timeout", "1S"])),
    data(1, framed(""), END_STREAM),
  );
  end(grpc);
  const counts = { started: 1, messagesReceived: 1, ended: { [code]: 1 } };
  expect(counted(grpc, "/t.Echo/Wait")).toEqual(counts);
});

test("a request that is none ends with what it was told", () => {
  const grpc = new GrpcUnderTest();
  grpc.peer.receive(headers(1, head("/t.Echo/Say")), data(1, framed("x", 2)));
  expect(counted(grpc, "/t.Echo/Say")).toEqual({ started: 1, ended: { 13: 1 } });
});

test("an answer that is not kept for a slow client is counted as what the client sees", () => {
  const grpc = new GrpcUnderTest({ limits: { heldBytesMax: 10_000 } });
  grpc.peer.receive(settings([INITIAL_WINDOW_SIZE, 0]));
  for (const id of [1, 3]) {
    grpc.peer.receive(headers(id, head("/t.Echo/Wait")), data(id, framed(""), END_STREAM));
  }
  for (const { call } of grpc.unary) call.respond(Buffer.alloc(20_000));
  const counts = { started: 2, messagesReceived: 2, messagesSent: 1, bytesSent: 20_000 };
  expect(counted(grpc, "/t.Echo/Wait")).toEqual({ ...counts, ended: { 0: 1, 8: 1 } });
});

test("what is not served is not counted", () => {
  const grpc = new GrpcUnderTest();
  const before = [...grpc.counts.methods.keys()];
  for (const [i, path] of ["/t.Echo/Shout", "/t.Voice/Say", "/x"].entries()) {
    grpc.peer.receive(headers(2 * i + 1, head(path)), data(2 * i + 1, framed(""), END_STREAM));
  }
  expect([...grpc.counts.methods.keys()]).toEqual(before);
  expect([...grpc.counts.clients]).toEqual([]);
  expect(() => grpc.counts.of("/t.Echo/Shout")).toThrow("/t.Echo/Shout");
});

test("calls are timed where that is wanted", () => {
  const timed = new GrpcUnderTest({ counted: { timed: true } });
  const untimed = new GrpcUnderTest();
  for (const grpc of [timed, untimed]) {
    grpc.peer.receive(headers(1, head("/t.Echo/Wait")), data(1, framed(""), END_STREAM));
    grpc.clock.advance(30);
    grpc.unary[0]?.call.respond(Buffer.alloc(0));
  }
  const { seconds } = timed.counts.of("/t.Echo/Wait");
  expect(seconds?.sum).toBeCloseTo(0.03);
  expect(seconds?.counts).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(untimed.counts.of("/t.Echo/Wait").seconds).toBeNull();
});

test("clients are counted by what they say to be, as long as that is few versions", () => {
  const grpc = new GrpcUnderTest({ counted: { versionHeader: "client-api-version" } });
  let id = -1;
  const call = (path: string, ...fields: readonly Header[]): void => {
    id += 2;
    grpc.peer.receive(headers(id, head(path, ...fields)), data(id, framed(""), END_STREAM));
  };
  call("/t.Echo/Say");
  call("/t.Echo/Say", ["client-api-version", "3.5"]);
  call("/t.Echo/Say", ["client-api-version", "3.5"]);
  call("/t.Echo/Chat", ["client-api-version", "3.5"]);
  call("/t.Echo/Say", ["client-api-version", 'any"thing']);
  const told = (): string[] =>
    [...grpc.counts.clients].map(
      ({ kind, version, calls }: ClientCounts) => `${kind} ${version} ${calls}`,
    );
  expect(told()).toEqual(["unary unknown 2", "unary 3.5 2", "stream 3.5 1"]);
  for (let minor = 0; minor < 100; minor++) {
    call("/t.Echo/Say", ["client-api-version", `4.${minor}`]);
  }
  expect(told()).toHaveLength(33);
  expect(told()[0]).toBe("unary unknown 72");
});
