import { beforeEach, expect, test } from "vitest";
import { LocalChannel, realClock, type StreamSink } from "../../../../src/client/index.ts";
import { MemberProcess } from "../../../../src/compose/ensemble/member-process.ts";
import { ServiceGate } from "../../../../src/compose/ensemble/etcd/service-gate.ts";
import { Timeline } from "../../../../src/compose/ensemble/timeline.ts";
import type { Services, StreamCall, UnaryCall } from "../../../../src/grpc/index.ts";

const PATIENT = { timeoutMillis: 60_000, repeatable: false };

let timeline: Timeline;
let process: MemberProcess;
let gate: ServiceGate;
let channel: LocalChannel;
/** What the services were told. */
let heard: string[];

/** Echoes; the name tells which life's services these are. */
function services(name: string): Services {
  return new Map([
    [
      "/t/Echo",
      {
        kind: "unary",
        handle: (request, call) => {
          heard.push(`${name}: ${text(request)}`);
          call.respond(request);
        },
      },
    ],
    [
      "/t/Wait",
      {
        kind: "unary",
        handle: (_, call) => {
          heard.push(`${name}: waits`);
          call.onCancel(() => heard.push(`${name}: cancelled`));
        },
      },
    ],
    [
      "/t/Chat",
      {
        kind: "stream",
        handle: (call) => {
          call.onMessage((message) => call.send(message));
          call.onHalfClose(() => call.end());
          call.onCancel(() => heard.push(`${name}: hung up`));
        },
      },
    ],
  ]);
}

beforeEach(() => {
  timeline = new Timeline();
  process = new MemberProcess(timeline);
  gate = new ServiceGate(timeline);
  gate.open(process, services("first"));
  channel = new LocalChannel(() => gate.services, realClock);
  heard = [];
});

const bytes = (message: string): Uint8Array => new TextEncoder().encode(message);
const text = (message: Uint8Array): string => new TextDecoder().decode(message);
const echo = async (message: string): Promise<string> =>
  text(await channel.unary("/t/Echo", bytes(message), PATIENT));

function sinkInto(lines: string[]): StreamSink {
  return {
    message: (message) => lines.push(text(message)),
    end: (error) => lines.push(error?.code ?? "end"),
  };
}

test("calls come in and answers go out", async () => {
  expect(await echo("hello")).toBe("hello");
  const lines: string[] = [];
  const chat = channel.stream("/t/Chat", sinkInto(lines), { needsLeader: false });
  chat.send(bytes("one"));
  chat.send(bytes("two"));
  chat.halfClose();
  await expect.poll(() => lines).toEqual(["one", "two", "end"]);
});

test("while the process is paused they wait, in order", async () => {
  process.pause();
  const answers = Promise.all([echo("one"), echo("two")]);
  const lines: string[] = [];
  const chat = channel.stream("/t/Chat", sinkInto(lines), { needsLeader: false });
  chat.send(bytes("three"));
  await timeline.advance(1000);
  expect([...heard, ...lines]).toEqual([]);
  process.resume();
  expect(await answers).toEqual(["one", "two"]);
  expect(heard).toEqual(["first: one", "first: two"]);
  expect(lines).toEqual(["three"]);
});

test("a call that its client gives up is told so in the process", async () => {
  const end = new AbortController();
  const call = channel.unary("/t/Wait", bytes(""), { ...PATIENT, signal: end.signal });
  const given = expect(call).rejects.toThrow("enough");
  await timeline.advance(1);
  process.pause();
  end.abort(new Error("enough"));
  await given;
  await timeline.advance(1);
  expect(heard).toEqual(["first: waits"]);
  process.resume();
  await timeline.advance(1);
  expect(heard).toEqual(["first: waits", "first: cancelled"]);
});

test("when the process dies, what is open breaks, and what comes finds nobody", async () => {
  const lines: string[] = [];
  channel.stream("/t/Chat", sinkInto(lines), { needsLeader: false });
  const open = channel.unary("/t/Wait", bytes(""), PATIENT);
  const broken = expect(open).rejects.toMatchObject({ code: "UNAVAILABLE", maybeApplied: true });
  await timeline.advance(1);
  process.kill();
  gate.close();
  await broken;
  expect(lines).toEqual(["UNAVAILABLE"]);
  await expect(echo("late")).rejects.toThrow("connection refused");
});

test.each(["/t/Echo", "/t/Chat"])("%s: nothing is left of a call that is over", async (path) => {
  const told: string[] = [];
  const halfClose: (() => void)[] = [];
  const call: UnaryCall & StreamCall = {
    path,
    deadlineMs: null,
    cancelled: false,
    metadata: () => undefined,
    onCancel: () => {},
    onMessage: () => {},
    onHalfClose: (callback) => halfClose.push(callback),
    onDrain: () => {},
    send: () => true,
    sendWith: () => true,
    respond: () => told.push("answer"),
    respondWith: () => {},
    end: () => told.push("end"),
    fail: () => told.push("failure"),
  };
  const method = gate.services.get(path);
  if (method?.kind === "unary") method.handle(bytes("x"), call);
  else method?.handle(call);
  await timeline.advance(1);
  for (const callback of halfClose) callback();
  await timeline.advance(1);
  gate.close();
  expect(told).toEqual([path === "/t/Echo" ? "answer" : "end"]);
});

test("the next process serves those who came for the one before", async () => {
  process.kill();
  gate.close();
  gate.open(new MemberProcess(timeline), services("second"));
  expect(await echo("again")).toBe("again");
  expect(heard).toEqual(["second: again"]);
});

test("who tries again at once at a member that is down lets others have their turn", async () => {
  gate.close();
  let tries = 0;
  const insist = async (): Promise<void> => {
    for (; timeline.now().monotonic < 20 && tries < 10_000; tries++) {
      await echo("now").catch(() => {});
    }
  };
  const insisting = insist();
  await timeline.advance(20);
  await insisting;
  expect(tries).toBeGreaterThan(10);
  expect(tries).toBeLessThan(30);
});
