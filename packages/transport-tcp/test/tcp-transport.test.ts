import type { GroupIdentity, TransportGroup } from "@quorate/core";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startTcpTransport, type TcpLimits, type TcpTransport } from "../src/index.ts";

/** Everything one member was told, and a way to wait for it. */
class Member {
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  transport: TcpTransport | null = null;
  group: TransportGroup | null = null;
  #waiters: { readonly what: string; readonly count: number; readonly done: () => void }[] = [];

  tell(what: string): void {
    this.told.push(what);
    this.#wake();
  }

  warn(text: string): void {
    this.warnings.push(text);
    this.#wake();
  }

  /** Resolves once something containing the text was told or warned so many times. */
  until(what: string, count = 1): Promise<void> {
    return new Promise((done) => {
      this.#waiters.push({ what, count, done });
      this.#wake();
    });
  }

  #wake(): void {
    const all = [...this.told, ...this.warnings];
    this.#waiters = this.#waiters.filter(({ what, count, done }) => {
      if (all.filter((line) => line.includes(what)).length < count) return true;
      done();
      return false;
    });
  }
}

const open: Member[] = [];

afterEach(async () => {
  for (const member of open.splice(0)) await member.transport?.close();
});

interface Start {
  readonly port?: number;
  readonly cluster?: string;
  readonly incarnation?: number;
  readonly limits?: Partial<TcpLimits>;
}

async function start(
  self: string,
  { port = 0, cluster = "c1", incarnation = 1, limits = {} }: Start = {},
): Promise<Member> {
  const member = new Member();
  open.push(member);
  member.transport = await startTcpTransport({
    listen: [`http://127.0.0.1:${port}`],
    incarnation,
    random: () => 0.5,
    log: {
      info: () => {},
      warn: (fields, text) => member.warn(`${text}: ${JSON.stringify(fields)}`),
    },
    limits: { redialMillisMin: 5, redialMillisMax: 20, ...limits },
  });
  const identity: GroupIdentity = { group: "g", cluster, self };
  member.group = member.transport.join(identity, new Map(), {
    linkUp: (peer, life) => member.tell(`up ${peer}/${life}`),
    linkDown: (peer) => member.tell(`down ${peer}`),
    receive: (peer, frame) => member.tell(`${peer}: ${Buffer.from(frame).toString()}`),
  });
  return member;
}

function url(member: Member): string {
  return `http://127.0.0.1:${member.transport?.addresses[0]?.port ?? 0}`;
}

function acquaint(a: Member, b: Member): void {
  a.group?.setPeers(new Map([["b", [url(b)]]]));
  b.group?.setPeers(new Map([["a", [url(a)]]]));
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("two members link up and frames arrive in order, both ways", async () => {
  const [a, b] = [await start("a"), await start("b", { incarnation: 7 })];
  acquaint(a, b);
  await Promise.all([a.until("up b/7"), b.until("up a/1")]);
  for (let i = 0; i < 100; i++) a.group?.send("b", [bytes("n"), bytes(String(i))]);
  b.group?.send("a", [bytes("back")]);
  await Promise.all([b.until("a: n99"), a.until("b: back")]);
  const frames = b.told.filter((line) => line.startsWith("a: "));
  expect(frames).toEqual(Array.from({ length: 100 }, (_, i) => `a: n${i}`));
});

test("a large frame arrives whole", async () => {
  const [a, b] = [await start("a"), await start("b")];
  acquaint(a, b);
  await a.until("up b");
  a.group?.send("b", [bytes("x".repeat(3_000_000)), bytes("end")]);
  await b.until("xend");
});

test("a peer that starts again is a new link, with its new incarnation", async () => {
  const [a, b] = [await start("a"), await start("b", { incarnation: 1 })];
  acquaint(a, b);
  await a.until("up b/1");
  const port = b.transport?.addresses[0]?.port ?? 0;
  await b.transport?.close();
  await a.until("down b");
  const again = await start("b", { port, incarnation: 2 });
  again.group?.setPeers(new Map([["a", [url(a)]]]));
  await a.until("up b/2");
  expect(a.told).toEqual(["up b/1", "down b", "up b/2"]);
});

test("a member of another cluster is refused, and both sides say why", async () => {
  const [a, b] = [await start("a", { cluster: "c1" }), await start("b", { cluster: "c2" })];
  acquaint(a, b);
  await Promise.all([a.until("it is of cluster c1"), b.until("it is of cluster c1")]);
  expect(a.told).toEqual([]);
  expect(b.told).toEqual([]);
});

test("whoever is no member is refused", async () => {
  const [a, b] = [await start("a"), await start("b")];
  a.group?.setPeers(new Map([["b", [url(b)]]]));
  await a.until("is no member of this cluster");
});

test("a queue that overflows closes the link; it drops no frame from the middle", async () => {
  const limits = { queueBytesMax: 10_000 };
  const [a, b] = [await start("a", { limits }), await start("b")];
  acquaint(a, b);
  await a.until("up b");
  for (let i = 0; i < 50; i++) a.group?.send("b", [bytes(`n${i}.`.padEnd(1000, "x"))]);
  await a.until("down b");
  await a.until("up b", 2);
  const numbers = b.told
    .filter((line) => line.startsWith("a: "))
    .map((line) => Number(/\d+/.exec(line)?.[0]));
  expect(numbers).toEqual(numbers.map((_, i) => i));
});

test("garbage on the peer port is dropped with one line that says what it looks like", async () => {
  const a = await start("a");
  const port = a.transport?.addresses[0]?.port ?? 0;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("GET /health HTTP/1.1\r\n\r\n");
  await a.until("an HTTP request");
  expect(a.warnings.length).toBe(1);
});

test("who connects and says nothing is dropped in time", async () => {
  const a = await start("a", { limits: { handshakeMillis: 20 } });
  const socket = connect(a.transport?.addresses[0]?.port ?? 0, "127.0.0.1");
  socket.on("error", () => {});
  await a.until("it did not introduce itself");
});

test("a port in use and a URL that cannot be are refused by name", async () => {
  const a = await start("a");
  const port = a.transport?.addresses[0]?.port ?? 0;
  await expect(start("b", { port })).rejects.toMatchObject({ code: "ERR_ADDRESS" });
  await expect(start("b", { port })).rejects.toThrow(`http://127.0.0.1:${port}`);
  const options = { incarnation: 1, random: () => 0, log: { info: () => {}, warn: () => {} } };
  for (const bad of ["127.0.0.1:2380", "https://127.0.0.1:2380", "http://127.0.0.1"]) {
    await expect(startTcpTransport({ ...options, listen: [bad] })).rejects.toThrow(`"${bad}"`);
  }
});

test("nothing is delivered after leaving, and leaving twice is once", async () => {
  const [a, b] = [await start("a"), await start("b")];
  acquaint(a, b);
  await Promise.all([a.until("up b"), b.until("up a")]);
  b.group?.leave();
  b.group?.leave();
  a.group?.send("b", [bytes("late")]);
  await a.until("down b");
  expect(b.told).toEqual(["up a/1"]);
});
