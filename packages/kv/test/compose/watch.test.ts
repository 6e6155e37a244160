import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  encodeCompaction,
  encodePut,
  encodeWatchCancel,
  encodeWatchCreate,
  encodeWatchProgress,
  type WatchCreateRequest,
} from "../../src/etcd/codec/index.ts";
import { responseLine } from "../etcd/watch/response-line.ts";
import { bytesOf } from "../etcd/apply/commands.ts";
import { etcdctlRunning, etcdctl, hasEtcdctl, type Running } from "./etcdctl.ts";
import { ThreeMembers } from "./three-members.ts";

const TIMEOUT_MILLIS = 60_000;

// Without generated code: messages are bytes as they are.
const bytes = (message: Buffer): Buffer => message;

let cluster: ThreeMembers;
let clients: readonly Client[];
const opened: (() => unknown)[] = [];

beforeAll(async () => {
  cluster = await ThreeMembers.start();
  clients = cluster.endpoints.map((each) => new Client(each, credentials.createInsecure()));
}, TIMEOUT_MILLIS);

afterAll(async () => {
  for (const close of opened) await close();
  for (const client of clients) client.close();
  await cluster.close();
  expect(cluster.fatal).toEqual([]);
}, TIMEOUT_MILLIS);

function unary(which: number, method: string, request: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    clients[which]?.makeUnaryRequest(
      `/etcdserverpb.KV/${method}`,
      bytes,
      bytes,
      Buffer.from(request),
      (error, answer) => (answer === undefined ? reject(error as Error) : resolve(answer)),
    );
  });
}

const put = (key: string, value: string, which = 0): Promise<Buffer> =>
  unary(which, "Put", encodePut({ key: bytesOf(key), value: bytesOf(value) }));

/** A watch stream of grpc-js, and what came on it: without ids of watchers and headers. */
class Stream {
  readonly #call;
  readonly lines: string[] = [];

  constructor(which: number, metadata: Metadata = new Metadata()) {
    const client = clients[which];
    if (client === undefined) throw new Error(`no member ${which}`);
    this.#call = client.makeBidiStreamRequest("/etcdserverpb.Watch/Watch", bytes, bytes, metadata);
    this.#call.on("data", (message: Buffer) => this.lines.push(responseLine(message)));
    this.#call.on("error", (error: ServiceError) =>
      this.lines.push(`${error.code}: ${error.details}`),
    );
    opened.push(() => this.#call.cancel());
  }

  say(request: Uint8Array): void {
    this.#call.write(Buffer.from(request));
  }

  watch(key: string, rest: Partial<WatchCreateRequest> = {}): void {
    this.say(encodeWatchCreate({ key: bytesOf(key), ...rest }));
  }

  /** The events, whichever responses they came in. */
  get events(): readonly string[] {
    return this.lines.flatMap((line) => line.split(" ").filter((word) => word.includes("=")));
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }
}

const soon = { timeout: 20_000, interval: 10 };

describe("grpc-js", { timeout: TIMEOUT_MILLIS }, () => {
  test("watches at every member what is put at any, from now on and from the past", async () => {
    const streams = [0, 1, 2].map((which) => new Stream(which));
    for (const stream of streams) stream.watch("every/", { rangeEnd: bytesOf("every0") });
    await expect.poll(() => streams.every(({ lines }) => lines.length === 1), soon).toBe(true);
    for (const i of [0, 1, 2, 3, 4, 5]) await put(`every/${i}`, String(i), i % 3);
    const expected = [0, 1, 2, 3, 4, 5].map((i) => expect.stringMatching(`^every/${i}=${i}@`));
    for (const stream of streams) {
      await expect.poll(() => stream.events, soon).toEqual(expected);
    }
    const late = new Stream(1);
    late.watch("every/", { rangeEnd: bytesOf("every0"), startRevision: 1 });
    await expect.poll(() => late.events, soon).toEqual(expected);
  });

  test("a client that reads nothing for a while has missed nothing", async () => {
    const stream = new Stream(0);
    const value = "v".repeat(50_000);
    for (const i of [0, 1, 2]) stream.watch("slow", { watchId: BigInt(i) });
    await expect.poll(() => stream.lines.length, soon).toBe(3);
    stream.pause();
    for (let i = 0; i < 100; i++) await put("slow", value);
    expect(stream.events.length).toBeLessThan(200);
    stream.resume();
    stream.say(encodeWatchProgress());
    await expect.poll(() => stream.lines.at(-1), soon).toMatch(/^#-1 @\d+$/);
    for (const i of [0, 1, 2]) {
      const own = stream.lines.filter((line) => line.startsWith(`#${i} `)).join(" ");
      const revisions = [...own.matchAll(/slow=\S+@(\d+)/g)].map(([, mod]) => Number(mod));
      expect(revisions).toHaveLength(100);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(new Set(revisions).size).toBe(100);
    }
  });

  test("ten thousand watchers on few streams hear of it all", async () => {
    const streams = Array.from({ length: 5 }, (_, i) => new Stream(i % 3));
    for (const stream of streams) {
      for (let i = 0; i < 2000; i++) stream.watch(i % 2 === 0 ? "many" : `many/${i}`);
    }
    await expect.poll(() => streams.every(({ lines }) => lines.length === 2000), soon).toBe(true);
    for (let i = 0; i < 3; i++) await put("many", String(i));
    await put("many/7", "x");
    for (const stream of streams) await expect.poll(() => stream.events.length, soon).toBe(3001);
  });

  test("a watcher is canceled by its client, and by a compaction", async () => {
    const stream = new Stream(2);
    stream.watch("gone");
    stream.say(encodeWatchCancel(0n));
    await expect
      .poll(() => stream.lines, soon)
      .toEqual([
        expect.stringMatching(/^#0 @\d+ created$/),
        expect.stringMatching(/^#0 @\d+ canceled$/),
      ]);
    await put("gone", "1");
    const now = new Stream(2);
    now.say(encodeWatchProgress());
    await expect.poll(() => now.lines.length, soon).toBe(1);
    const revision = Number(/@(\d+)/.exec(now.lines[0] ?? "")?.[1]);
    await unary(2, "Compact", encodeCompaction({ revision, physical: true }));
    now.watch("gone", { startRevision: 1 });
    await expect.poll(() => now.lines.at(-1), soon).toBe(`#0 @0 canceled compacted ${revision}`);
  });

  test("a member that is alone sends away who wants a leader", async () => {
    const metadata = new Metadata();
    metadata.set("hasleader", "true");
    const [eager, patient] = [new Stream(0, metadata), new Stream(0)];
    for (const stream of [eager, patient]) stream.watch("alone");
    await expect.poll(() => [eager.lines.length, patient.lines.length], soon).toEqual([1, 1]);
    await cluster.stopOne(1);
    await cluster.stopOne(2);
    await expect.poll(() => eager.lines.at(-1), soon).toBe("14: etcdserver: no leader");
    await cluster.startOne(1);
    await cluster.startOne(2);
    await cluster.ready();
    await expect
      .poll(
        () =>
          put("alone", "1", 1).then(
            () => true,
            () => false,
          ),
        soon,
      )
      .toBe(true);
    await expect.poll(() => patient.events.length, soon).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasEtcdctl)("etcdctl", { timeout: TIMEOUT_MILLIS }, () => {
  function watching(which: number, args: string): Running {
    const running = etcdctlRunning(cluster.endpoints[which] ?? "", `watch ${args}`.split(" "));
    opened.push(() => running.stop());
    return running;
  }

  const at = async (which: number, args: string): Promise<string> =>
    (await etcdctl(cluster.endpoints[which] ?? "", args.split(" "))).stdout.trimEnd();

  const revision = async (which: number): Promise<number> => {
    const { header } = JSON.parse(await at(which, "get nothing -w json")) as {
      readonly header: { readonly revision: number };
    };
    return header.revision;
  };

  test("watches from a revision on, and goes on", async () => {
    for (const value of ["1", "2"]) await put("ctl/a", value);
    const start = (await revision(1)) - 1;
    const running = watching(1, `ctl/ --prefix --prev-kv --rev=${start}`);
    const before = "PUT\nctl/a\n1\nPUT\nctl/a\n1\nctl/a\n2\n";
    await expect.poll(running.stdout, soon).toBe(before);
    await at(0, "put ctl/b 3");
    await at(2, "del ctl/a");
    await expect
      .poll(running.stdout, soon)
      .toBe(`${before}PUT\nctl/b\n3\nDELETE\nctl/a\n2\nctl/a\n\n`);
  });

  test("finds another member when its own is gone, and misses nothing", async () => {
    const endpoints = [1, 0].map((which) => cluster.endpoints[which] ?? "");
    const from = `--rev=${await revision(1)}`;
    const running = etcdctlRunning(endpoints.join(","), ["watch", "moved", from]);
    opened.push(() => running.stop());
    await put("moved", "1");
    await expect.poll(running.stdout, soon).toContain("moved\n1\n");
    await cluster.stopOne(1);
    await expect
      .poll(
        () =>
          put("moved", "2").then(
            () => true,
            () => false,
          ),
        soon,
      )
      .toBe(true);
    await expect.poll(running.stdout, soon).toContain("moved\n2\n");
    await cluster.startOne(1);
    await cluster.ready();
  });
});
