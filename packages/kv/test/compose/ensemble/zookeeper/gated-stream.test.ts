import { beforeEach, expect, test } from "vitest";
import { MemberProcess } from "../../../../src/compose/ensemble/member-process.ts";
import { Timeline } from "../../../../src/compose/ensemble/timeline.ts";
import { StreamGate } from "../../../../src/compose/ensemble/zookeeper/stream-gate.ts";
import type { ClientStream, ClientStreamListener } from "../../../../src/zookeeper/server/index.ts";

/** A connection whose client the test is. */
class TestStream implements ClientStream {
  readonly remoteAddress = "10.0.0.1";
  readonly remotePort = 5;
  readonly isSecure = false;
  readonly pendingBytes = 0;
  readonly isWritable = true;
  readonly written: string[] = [];
  isDestroyed = false;
  isPaused = false;
  #listener: ClientStreamListener | null = null;

  get client(): ClientStreamListener {
    if (this.#listener === null) throw new Error("nobody listens");
    return this.#listener;
  }

  say(text: string): void {
    expect(this.isPaused).toBe(false);
    this.client.onData(new TextEncoder().encode(text));
  }

  write(bytes: Uint8Array): void {
    this.written.push(new TextDecoder().decode(bytes));
  }

  end(): void {}

  destroy(): void {
    this.isDestroyed = true;
    this.client.onClose();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener;
  }
}

let timeline: Timeline;
let process: MemberProcess;
let gate: StreamGate;
let outer: TestStream;
/** What the server was told, and by which life of it. */
let heard: string[];
let inner: ClientStream | null;

/** A server that answers what it hears. */
function serve(name: string): void {
  gate.open(process, (stream) => {
    inner = stream;
    heard.push(`${name}: ${stream.remoteAddress}:${stream.remotePort}`);
    stream.listen({
      onData: (bytes) => {
        heard.push(`${name}: ${new TextDecoder().decode(bytes)}`);
        stream.write(bytes);
      },
      onDrain: () => heard.push("drain"),
      onEnd: () => heard.push("end"),
      onClose: () => heard.push("close"),
    });
  });
}

beforeEach(() => {
  timeline = new Timeline();
  process = new MemberProcess(timeline);
  gate = new StreamGate();
  outer = new TestStream();
  heard = [];
  inner = null;
  serve("first");
});

test("what a client says comes in, and answers go out, never within the call", async () => {
  gate.admit(outer);
  outer.say("hello");
  expect(heard).toEqual([]);
  await timeline.advance(0);
  expect(heard).toEqual(["first: 10.0.0.1:5", "first: hello"]);
  expect(outer.written).toEqual(["hello"]);
});

test("a process that stands still hears nothing, in order, until it goes on", async () => {
  process.pause();
  gate.admit(outer);
  outer.say("one");
  await timeline.advance(1000);
  expect(heard).toEqual([]);
  process.resume();
  await timeline.advance(1);
  expect(heard).toEqual(["first: 10.0.0.1:5", "first: one"]);
});

test("no more is taken from the client than the process sees", async () => {
  gate.admit(outer);
  await timeline.advance(0);
  process.pause();
  outer.say("one");
  await timeline.advance(1000);
  expect(outer.isPaused).toBe(true);
  process.resume();
  await timeline.advance(1);
  expect(outer.isPaused).toBe(false);
  outer.say("two");
  await timeline.advance(1);
  expect(outer.written).toEqual(["one", "two"]);
});

test("a server that wants nothing more hears nothing that was on its way, until it does", async () => {
  gate.admit(outer);
  await timeline.advance(0);
  outer.say("one");
  inner?.pause();
  await timeline.advance(1000);
  expect(outer.written).toEqual([]);
  expect(outer.isPaused).toBe(true);
  inner?.resume();
  await timeline.advance(1);
  expect(outer.written).toEqual(["one"]);
  expect(outer.isPaused).toBe(false);
  inner?.pause();
  expect(outer.isPaused).toBe(true);
  inner?.resume();
  expect(outer.isPaused).toBe(false);
});

test("the end of a client comes behind what it said", async () => {
  gate.admit(outer);
  outer.say("bye");
  outer.client.onEnd();
  outer.client.onClose();
  await timeline.advance(0);
  expect(heard.slice(1)).toEqual(["first: bye", "end", "close"]);
});

test("when the process dies, connections break, and who comes then is turned away", async () => {
  gate.admit(outer);
  await timeline.advance(0);
  outer.say("one");
  process.kill();
  gate.close();
  expect(outer.isDestroyed).toBe(true);
  const late = new TestStream();
  late.listen({ onData: () => {}, onDrain: () => {}, onEnd: () => {}, onClose: () => {} });
  gate.admit(late);
  expect(late.isDestroyed).toBe(true);
  await timeline.advance(1000);
  expect(heard).toEqual(["first: 10.0.0.1:5"]);
});

test("the next process serves those who come for it, and knows of nobody before", async () => {
  gate.admit(outer);
  await timeline.advance(0);
  process.kill();
  gate.close();
  process = new MemberProcess(timeline);
  serve("second");
  const next = new TestStream();
  gate.admit(next);
  next.say("again");
  await timeline.advance(0);
  expect(next.written).toEqual(["again"]);
  expect(heard.at(-1)).toBe("second: again");
});

test("nothing is left of a connection that is over", async () => {
  gate.admit(outer);
  await timeline.advance(0);
  outer.client.onClose();
  gate.close();
  expect(outer.isDestroyed).toBe(false);
});
