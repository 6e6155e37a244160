import { crc32c, Prng, QuorateError } from "@quorate/core";
import { stateMachineSuite } from "@quorate/core/testing/compliance";
import { describe, expect, test } from "vitest";
import {
  encodeServerCommand,
  RequestEncoder,
  ZooKeeperStateMachine,
} from "../../../src/zookeeper/apply/index.ts";
import { ERROR, OPCODE, type SessionId } from "../../../src/zookeeper/codec/index.ts";
import { statOf } from "../../../src/zookeeper/store/index.ts";
import {
  bytes,
  closeSession,
  create,
  frame,
  getData,
  hex,
  OPEN,
  remove,
  setData,
  text,
} from "../requests.ts";
import { MachineUnderTest, NOBODY, PASSWORD, type Client } from "./machine.ts";
import { NaiveModel } from "./naive-model.ts";

const EPOCH = 0x1_0000_0000;

function setUp(): {
  log: MachineUnderTest;
  client: Client;
  apply: (request: Uint8Array, time?: number) => unknown;
} {
  const log = new MachineUnderTest();
  const client = log.open();
  return { log, client, apply: (request, time) => log.request(client, request, time) };
}

/** The error that a request is refused with; 0 when it is not. */
function errorOf(result: unknown): number {
  const { kind, error } = result as { kind: string; error?: number };
  return kind === "refused" ? (error ?? NaN) : 0;
}

describe("create", () => {
  test("answers with the path, and create2 with the stat as well", () => {
    const { apply } = setUp();
    expect(apply(create(1, "/a"))).toEqual({
      kind: "created",
      zxid: EPOCH + 2,
      path: "/a",
      stat: null,
    });
    expect(apply(create(2, "/a/b", { opcode: OPCODE.create2, data: bytes("xyz") }), 77)).toEqual({
      kind: "created",
      zxid: EPOCH + 3,
      path: "/a/b",
      stat: {
        created: { zxid: EPOCH + 3, time: 77 },
        modified: { zxid: EPOCH + 3, time: 77 },
        childrenModified: { zxid: EPOCH + 3, time: 77 },
        version: 0,
        cversion: 0,
        aversion: 0,
        ephemeralOwner: null,
        dataLength: 3,
        numChildren: 0,
      },
    });
  });

  // Taken from what ZooKeeper 3.8.0 answers, request by request.
  test.each([
    ["/t", {}, ERROR.nodeExists],
    ["/", {}, ERROR.nodeExists],
    ["", {}, ERROR.badArguments],
    ["bad", {}, ERROR.badArguments],
    ["a/b", {}, ERROR.noNode],
    ["//", {}, ERROR.badArguments],
    ["/t/", {}, ERROR.badArguments],
    ["/nope/", {}, ERROR.noNode],
    ["/t//x", {}, ERROR.noNode],
    ["/t/.", {}, ERROR.badArguments],
    ["/t/./b", {}, ERROR.noNode],
    ["/nope/../x", {}, ERROR.noNode],
    ["/t/a\0", {}, ERROR.badArguments],
    ["/t/😀", {}, ERROR.badArguments],
    ["/t/日本", {}, 0],
    ["/t/...", {}, 0],
    ["/zookeeper/x", {}, 0],
    ["/zookeeper/config/x", {}, ERROR.noAuth],
    ["/t/x", { acl: [] }, ERROR.invalidAcl],
    ["/t/x", { acl: null }, ERROR.invalidAcl],
    ["/nope/x", { acl: null }, ERROR.invalidAcl],
    ["/t", { acl: [] }, ERROR.invalidAcl],
    ["bad", { acl: [] }, ERROR.badArguments],
    ["/t/x", { acl: [...OPEN, ...OPEN] }, 0],
    ["bad", { flags: 99 }, ERROR.badArguments],
    ["/t/x", { flags: 7 }, ERROR.badArguments],
    ["/t/x", { flags: -1 }, ERROR.badArguments],
    ["/t/x", { flags: 5 }, ERROR.unimplemented],
    ["/t/x", { flags: 6 }, ERROR.unimplemented],
    [null, {}, ERROR.marshallingError],
  ])("of %j with %j gives %i", (path, options, expected) => {
    const { apply } = setUp();
    apply(create(1, "/t"));
    expect(errorOf(apply(create(2, path, options)))).toBe(expected);
  });

  test("with a sequence counts all creations below the parent, deleted ones too", () => {
    const { apply } = setUp();
    const sequential = (path: string): unknown => apply(create(1, path, { flags: 2 }));
    apply(create(1, "/t"));
    apply(create(1, "/t/plain"));
    expect(sequential("/t/s-")).toMatchObject({ path: "/t/s-0000000001" });
    apply(remove(1, "/t/s-0000000001"));
    expect(sequential("/t/s-")).toMatchObject({ path: "/t/s-0000000002" });
    expect(sequential("/t/")).toMatchObject({ path: "/t/0000000003" });
    expect(sequential("/t//")).toMatchObject({ error: ERROR.noNode });
    expect(sequential("x")).toMatchObject({ error: ERROR.badArguments });
    expect(sequential("")).toMatchObject({ error: ERROR.badArguments });
    expect(sequential("/s-")).toMatchObject({ path: "/s-0000000001" });
  });

  test.each([
    [0x7fff_ffff, "2147483647"],
    [-0x8000_0000, "-2147483648"],
    [-5, "-000000005"],
  ])("with a sequence at %i ends in %s, as Java prints it", (creations, suffix) => {
    const { apply, log } = setUp();
    log.machine.tree.root.creations = creations;
    expect(apply(create(1, "/s", { flags: 2 }))).toMatchObject({ path: `/s${suffix}` });
  });
});

describe("setData", () => {
  test("answers with the stat, and counts versions", () => {
    const { apply } = setUp();
    apply(create(1, "/a"), 5);
    expect(apply(setData(2, "/a", bytes("four"), 0), 6)).toMatchObject({
      kind: "changed",
      zxid: EPOCH + 3,
      stat: {
        created: { zxid: EPOCH + 2, time: 5 },
        modified: { zxid: EPOCH + 3, time: 6 },
        version: 1,
        dataLength: 4,
      },
    });
  });

  test.each([
    ["/a", -1, 0],
    ["/a", 0, 0],
    ["/a", 1, ERROR.badVersion],
    ["/a", -2, ERROR.badVersion],
    ["/none", -1, ERROR.noNode],
    ["/a/", -1, ERROR.badArguments],
    ["", -1, ERROR.badArguments],
    ["/", -1, 0],
    ["/zookeeper", -1, 0],
    ["/zookeeper/config", -1, ERROR.noAuth],
    ["/zookeeper/config", 5, ERROR.noAuth],
  ])("of %j in version %i gives %i", (path, version, expected) => {
    const { apply } = setUp();
    apply(create(1, "/a"));
    expect(errorOf(apply(setData(2, path, bytes("y"), version)))).toBe(expected);
  });
});

describe("delete", () => {
  test.each([
    ["/a/b", -1, 0],
    ["/a/b", 0, 0],
    ["/a/b", 5, ERROR.badVersion],
    ["/a", -1, ERROR.notEmpty],
    ["/a", 5, ERROR.badVersion],
    ["/none", -1, ERROR.noNode],
    ["/none/x", -1, ERROR.noNode],
    ["/a/", -1, ERROR.noNode],
    ["/a//x", -1, ERROR.noNode],
    ["/", -1, ERROR.badArguments],
    ["/zookeeper", -1, ERROR.badArguments],
    ["/zookeeper/quota", -1, ERROR.badArguments],
    ["/zookeeper/config", -1, ERROR.badArguments],
    ["", -1, ERROR.badArguments],
    ["bad", -1, ERROR.badArguments],
    ["/a\0", -1, ERROR.badArguments],
  ])("of %j in version %i gives %i", (path, version, expected) => {
    const { apply, log } = setUp();
    apply(create(1, "/a"));
    apply(create(1, "/a/b"));
    expect(errorOf(apply(remove(2, path, version)))).toBe(expected);
    expect(log.machine.tree.find("/a/b") === null).toBe(expected === 0);
  });
});

describe("zxids", () => {
  test("count the entries of the epoch, those that are no commands and those that fail too", () => {
    const log = new MachineUnderTest(100);
    log.skip();
    const client = log.open();
    expect(log.machine.lastZxid).toBe(EPOCH + 1);
    log.skip();
    expect(log.request(client, create(1, "/a"))).toMatchObject({ zxid: EPOCH + 3 });
    expect(log.request(client, create(2, "/a"))).toEqual({
      kind: "refused",
      zxid: EPOCH + 4,
      error: ERROR.nodeExists,
    });
    log.term = 7;
    expect(log.request(client, create(3, "/b"))).toMatchObject({ zxid: 7 * EPOCH + 1 });
    expect(log.machine.lastZxid).toBe(7 * EPOCH + 1);
  });

  test("are exact in the last epoch that there can be", () => {
    const log = new MachineUnderTest();
    log.term = 2 ** 21 - 1;
    log.open();
    log.open();
    expect(log.machine.lastZxid).toBe((2 ** 21 - 1) * EPOCH + 2);
    log.term = 2 ** 21;
    expect(() => log.open()).toThrow("leaves no room");
  });
});

describe("sessions", () => {
  test("are opened under the index of their entry", () => {
    const log = new MachineUnderTest(41);
    const command = {
      kind: "openSession",
      sid: 3,
      timeoutMillis: 5000,
      password: PASSWORD,
    } as const;
    expect(log.apply(encodeServerCommand(command))).toEqual({
      kind: "attached",
      zxid: EPOCH + 1,
      introduction: { session: { sid: 3, birth: 42 }, timeoutMillis: 5000, password: PASSWORD },
    });
    expect(log.machine.sessions.size).toBe(1);
  });

  test("are taken over with their password, and get the new timeout", () => {
    const log = new MachineUnderTest();
    const { session } = log.open();
    expect(log.attach(session, PASSWORD, 9000).result).toMatchObject({
      kind: "attached",
      introduction: { session, timeoutMillis: 9000, password: PASSWORD },
    });
  });

  test.each([
    ["a wrong password", (session: SessionId) => [session, new Uint8Array(16)] as const],
    ["the id of another server", ({ birth }: SessionId) => [{ sid: 2, birth }, PASSWORD] as const],
    ["an unknown id", ({ sid }: SessionId) => [{ sid, birth: 99 }, PASSWORD] as const],
  ])("are not taken over with %s", (_, wrong) => {
    const log = new MachineUnderTest();
    const client = log.open();
    const [session, password] = wrong(client.session);
    expect(errorOf(log.attach(session, password).result)).toBe(ERROR.sessionExpired);
    expect(errorOf(log.request(client, create(1, "/a")))).toBe(0);
  });

  test("that were taken over do nothing any more for the connection that had them", () => {
    const log = new MachineUnderTest();
    const before = log.open();
    const { client: after } = log.attach(before.session);
    expect(errorOf(log.request(before, create(1, "/old")))).toBe(ERROR.sessionMoved);
    expect(errorOf(log.request(before, closeSession(2)))).toBe(ERROR.sessionMoved);
    expect(errorOf(log.request(after, create(1, "/new")))).toBe(0);
    expect(log.machine.tree.find("/old")).toBe(null);
  });

  test("do nothing any more once they are closed", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    expect(log.request(client, closeSession(1))).toEqual({
      kind: "sessionClosed",
      zxid: EPOCH + 2,
    });
    expect(errorOf(log.request(client, create(2, "/a")))).toBe(ERROR.sessionExpired);
    expect(errorOf(log.attach(client.session).result)).toBe(ERROR.sessionExpired);
    expect(log.machine.sessions.size).toBe(0);
  });

  test("are expired by the leader, unless another connection has taken them over", () => {
    const log = new MachineUnderTest();
    const { session, attachment } = log.open();
    const { client } = log.attach(session);
    expect(errorOf(log.expire(session, attachment))).toBe(ERROR.sessionMoved);
    expect(log.expire(session, client.attachment)).toMatchObject({ kind: "sessionClosed" });
    expect(errorOf(log.expire(session, client.attachment))).toBe(ERROR.sessionExpired);
  });

  test("lose every write behind one that was lost", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    expect(errorOf(log.request(client, create(1, "/a")))).toBe(0);
    client.commands.encode(create(2, "/lost"));
    expect(errorOf(log.request(client, create(3, "/b")))).toBe(ERROR.sessionMoved);
    expect(errorOf(log.request(client, create(4, "/c")))).toBe(ERROR.sessionMoved);
    // With a new connection the client begins anew.
    const { client: after } = log.attach(client.session);
    expect(errorOf(log.request(after, create(5, "/b")))).toBe(0);
  });

  test("do a write once, even if it comes twice", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    const command = client.commands.encode(create(1, "/s-", { flags: 2 }));
    expect(errorOf(log.apply(command))).toBe(0);
    expect(errorOf(log.apply(command))).toBe(ERROR.sessionMoved);
  });

  test("count requests that fail or are no requests", () => {
    const { apply } = setUp();
    expect(errorOf(apply(create(1, "bad")))).toBe(ERROR.badArguments);
    expect(errorOf(apply(create(2, "/a").subarray(0, 15)))).toBe(ERROR.marshallingError);
    expect(errorOf(apply(getData(3, "/a")))).toBe(ERROR.unimplemented);
    expect(errorOf(apply(frame(4, OPCODE.multi)))).toBe(ERROR.marshallingError);
    expect(errorOf(apply(create(5, "/a")))).toBe(0);
  });

  test("tell the server of this member what becomes of them, and of nodes", () => {
    const log = new MachineUnderTest();
    const told: unknown[] = [];
    log.machine.listen({
      attached: ({ id, attachment }, before) =>
        told.push(["attached", id.birth, attachment, before]),
      closed: ({ id }) => told.push(["closed", id.birth]),
      replaced: () => told.push(["replaced"]),
      nodeCreated: ({ path, zxid }) => told.push(["created", path, zxid - EPOCH]),
      nodeChanged: ({ path, zxid }) => told.push(["changed", path, zxid - EPOCH]),
      nodeDeleted: ({ path, zxid }) => told.push(["deleted", path, zxid - EPOCH]),
    });
    const { session } = log.open();
    const { client } = log.attach(session);
    log.request(client, create(2, "/a", { flags: 2 }));
    log.request(client, setData(3, "/a0000000000", null));
    log.request(client, setData(4, "/a0000000000", null, 9));
    log.request(client, remove(5, "/a0000000000"));
    log.request(client, remove(6, "/a0000000000"));
    log.request(client, closeSession(1));
    restore(log.machine, snapshotOf(new ZooKeeperStateMachine(), 1000));
    expect(told).toEqual([
      ["attached", 1, 1, null],
      ["attached", 1, 2, 1],
      ["created", "/a0000000000", 3],
      ["changed", "/a0000000000", 4],
      ["deleted", "/a0000000000", 6],
      ["closed", 1],
      ["replaced"],
    ]);
  });
});

test("commands that are none change nothing and take their zxid", () => {
  const log = new MachineUnderTest();
  const client = log.open();
  const whole = client.commands.encode(create(1, "/a"));
  const digest = log.machine.tree.digest;
  const garbage = ["", "00", "05", "ff00", "02", "03 01", "04 01 000000000001", "01"].map(hex);
  for (const command of [...garbage, whole.subarray(0, 18), whole.subarray(0, 25)]) {
    expect(errorOf(log.apply(command))).toBe(ERROR.marshallingError);
  }
  expect(log.machine.tree.digest).toBe(digest);
  expect(log.machine.lastZxid).toBe(EPOCH + 1 + garbage.length + 2);
  expect(errorOf(log.apply(whole))).toBe(0);
});

test("random records in commands are refused or applied, and nothing else", () => {
  const prng = new Prng(5);
  const { log, client } = setUp();
  const opcodes = [OPCODE.create, OPCODE.create2, OPCODE.setData, OPCODE.delete, 77];
  for (let i = 0; i < 5_000; i++) {
    const request = frame(i, prng.pick(opcodes), (writer) => {
      if (prng.chance(0.7)) writer.ustring(prng.pick(["/a", "/a/b", "", "x", null]));
      for (let more = prng.below(12); more > 0; more--) writer.int(prng.pick([0, 0, 1, -1, 31]));
    });
    const result = log.request(client, request);
    if (result.kind === "refused") expect(Object.values(ERROR)).toContain(result.error);
    else expect(["created", "changed", "deleted"]).toContain(result.kind);
  }
});

test("random commands do what the naive model says", () => {
  const names = ["a", "b", "c", "zookeeper", "config"];
  for (let seed = 0; seed < 40; seed++) {
    const prng = new Prng(seed);
    const log = new MachineUnderTest();
    const client = log.open();
    const model = new NaiveModel();
    const path = (): string =>
      `/${Array.from({ length: prng.between(1, 3) }, () => prng.pick(names)).join("/")}`;
    for (let step = 0; step < 150; step++) {
      if (prng.chance(0.02)) log.term++;
      const time = 10 * step;
      const data = prng.chance(0.1) ? null : String(prng.below(1000));
      const value = data === null ? null : bytes(data);
      const version = prng.pick([-1, -1, 0, 1, 2]);
      const target = path();
      // The zxid is known only afterwards; it is what the result says.
      const at = (result: unknown) => ({ zxid: (result as { zxid: number }).zxid, time });
      const which = prng.below(4);
      if (which < 2) {
        const flags = prng.chance(0.3) ? 2 : 0;
        const result = log.request(client, create(step, target, { data: value, flags }), time);
        const expected = model.create(target, data, flags === 2, at(result));
        expect(result.kind === "created" ? result.path : errorOf(result)).toEqual(expected);
      } else if (which === 2) {
        const result = log.request(client, setData(step, target, value, version), time);
        const expected = model.setData(target, data, version, at(result));
        expect(result.kind === "changed" ? result.stat : errorOf(result)).toEqual(expected);
      } else {
        const result = log.request(client, remove(step, target, version), time);
        expect(errorOf(result)).toBe(model.delete(target, version, at(result)));
      }
    }
    expect(log.machine.tree.count).toBe(model.paths.length);
    for (const each of model.paths) {
      const node = log.machine.tree.find(each);
      if (node === null) throw new Error(`no ${each}`);
      expect(node.data === null ? null : text(node.data)).toBe(model.data(each));
      expect([...(node.children?.keys() ?? [])].sort()).toEqual(model.children(each));
      expect(statOf(node)).toEqual(model.stat(each));
    }
  }
});

function snapshotOf(machine: ZooKeeperStateMachine, chunkBytes: number): Uint8Array[] {
  return chunksOf(machine.pin(), chunkBytes);
}

function chunksOf(
  view: ReturnType<ZooKeeperStateMachine["pin"]>,
  chunkBytes: number,
): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let chunk = view.read(chunkBytes); chunk !== null; chunk = view.read(chunkBytes))
    chunks.push(chunk.slice());
  view.release();
  return chunks;
}

function restore(machine: ZooKeeperStateMachine, chunks: readonly Uint8Array[]): void {
  const sink = machine.restore();
  for (const chunk of chunks) sink.write(chunk);
  sink.finish();
}

/** A machine in which everything that a snapshot must carry has happened. */
function busyLog(seed: number): { log: MachineUnderTest; client: Client } {
  const prng = new Prng(seed);
  const log = new MachineUnderTest(prng.below(50));
  log.term = 3;
  log.request(log.open(5), closeSession(1));
  const old = log.open(200);
  const { client } = log.attach(old.session);
  for (let i = 0; i < 60; i++) {
    const data = prng.chance(0.1) ? null : bytes("é".repeat(prng.below(40)));
    log.request(client, create(i, prng.pick(["/a", "/a/b", "/日本", "/s"]), { data, flags: 2 }), i);
    log.request(client, create(i, prng.pick(["/a", "/a/b", "/日本", "/s"]), { data }), i);
    if (prng.chance(0.3)) log.request(client, setData(i, "/a", data));
    if (prng.chance(0.3)) log.request(client, remove(i, "/a/b"));
  }
  return { log, client };
}

describe("a snapshot", () => {
  test("gives a machine that goes on as the other does", () => {
    for (let seed = 0; seed < 10; seed++) {
      const { log, client } = busyLog(seed);
      const copy = new ZooKeeperStateMachine();
      restore(copy, snapshotOf(log.machine, [1, 50, 4096][seed % 3] ?? 1));
      expect(copy.lastZxid).toBe(log.machine.lastZxid);
      expect(copy.tree.digest).toBe(log.machine.tree.digest);
      expect(copy.tree.bytes).toBe(log.machine.tree.bytes);
      expect([...copy.sessions]).toEqual([...log.machine.sessions]);
      const results: unknown[] = [];
      const expected = [
        log.request(client, create(1, "/a/more", { flags: 2 })),
        log.request(client, create(2, "/zookeeper/config/x")),
        log.expire(client.session, client.attachment),
      ];
      copy.apply(log.entries.slice(-3), (_, result) => results.push(result));
      expect(results).toEqual(expected);
      expect(copy.tree.digest).toBe(log.machine.tree.digest);
    }
  });

  test("is of the moment of the pin, whatever is applied while it is read", () => {
    const { log, client } = busyLog(3);
    const then = snapshotOf(log.machine, 1 << 20);
    const view = log.machine.pin();
    const first = view.read(100) ?? new Uint8Array(0);
    for (let i = 0; i < 50; i++) {
      log.request(client, create(i, "/later", { flags: 2 }));
      log.request(client, setData(i, "/a", bytes(String(i))));
      log.request(client, remove(i, "/a/b"));
    }
    log.request(client, closeSession(1));
    const chunks = [first.slice(), ...chunksOf(view, 100)];
    expect(Buffer.concat(chunks)).toEqual(Buffer.concat(then));
    expect(chunks.length).toBeGreaterThan(10);
  });

  test("that is cut off, lengthened or damaged anywhere is refused, and the old state stays", () => {
    const small = new MachineUnderTest();
    const client = small.open();
    small.request(client, create(1, "/a"));
    const [whole] = [Buffer.concat(snapshotOf(small.machine, 1 << 20))];
    const { log } = busyLog(1);
    const before = Buffer.concat(snapshotOf(log.machine, 1000));
    const refuses = (data: Uint8Array, chunkBytes: number): void => {
      let error: unknown = null;
      try {
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < data.length; at += chunkBytes) {
          chunks.push(data.slice(at, at + chunkBytes));
        }
        restore(log.machine, chunks);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(QuorateError);
      expect(error).toHaveProperty("code", "ERR_MALFORMED");
    };
    for (let length = 0; length < whole.length; length++) refuses(whole.subarray(0, length), 1000);
    refuses(Uint8Array.of(...whole, 0), 7);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      refuses(damaged, 50);
    }
    expect(Buffer.concat(snapshotOf(log.machine, 1000))).toEqual(before);
  });
});

describe("a snapshot whose checksum is right", () => {
  const u32 = (value: number): Uint8Array => hex(value.toString(16).padStart(8, "0"));

  /** The items of a snapshot, without their lengths. */
  function itemsOf(machine: ZooKeeperStateMachine): Uint8Array[] {
    const whole = Buffer.concat(snapshotOf(machine, 1 << 20));
    const items: Uint8Array[] = [];
    for (let at = 0; at < whole.length - 4;) {
      const size = whole.readUInt32BE(at);
      items.push(whole.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
    return items;
  }

  function signed(items: readonly Uint8Array[]): Uint8Array {
    const body = Buffer.concat(items.flatMap((item) => [u32(item.length), item]));
    return Buffer.concat([body, u32(crc32c(body))]);
  }

  const log = new MachineUnderTest();
  log.open();
  const client = log.open();
  log.request(client, create(1, "/a"));
  const whole = itemsOf(log.machine);
  const [head, one, two, root, ...nodes] = whole as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    ...Uint8Array[],
  ];
  const altered = (item: Uint8Array, at: number): Uint8Array => {
    const copy = Uint8Array.from(item);
    copy[at < 0 ? copy.length + at : at] = (copy.at(at) ?? 0) ^ 1;
    return copy;
  };

  test("is taken", () => {
    expect(() => restore(new ZooKeeperStateMachine(), [signed(whole)])).not.toThrow();
  });

  test.each([
    ["of another format", [altered(head, 3), one, two, root, ...nodes], "format"],
    ["of another digest", [altered(head, -1), one, two, root, ...nodes], "digest"],
    [
      "of other nodes",
      [head, one, two, root, ...nodes.slice(0, -1), altered(nodes.at(-1) ?? head, -1)],
      "digest",
    ],
    ["of one session twice", [head, one, one, root, ...nodes], "twice"],
    ["that does not begin with the root", [head, one, two, ...nodes, root], "root"],
    [
      "of one node twice",
      [head, one, two, root, ...nodes.slice(0, -1), ...nodes.slice(0, 1)],
      "place",
    ],
    ["of a child before its parent", [head, one, two, root, ...nodes.toReversed()], "place"],
    ["of one item more", [...whole, root], "not whole"],
  ] as const)("is refused when it is %s", (_, items, why) => {
    const restoring = (): void => restore(new ZooKeeperStateMachine(), [signed(items)]);
    expect(restoring).toThrow(why);
    expect(restoring).toThrow(expect.objectContaining({ code: "ERR_MALFORMED" }));
  });

  test("is refused when an item is longer than any can be", () => {
    const sink = new ZooKeeperStateMachine().restore();
    expect(() => sink.write(hex("7fffffff"))).toThrow("an item of 2147483647 bytes");
  });
});

describe("the suite for state machines", () => {
  const FIRST: SessionId = { sid: 1, birth: 1 };
  // One session for all commands: the suite's first command opens it, at index 1.
  const commands = new RequestEncoder(FIRST, 1, NOBODY, (size) => new Uint8Array(size));
  let made = 0;

  function command(prng: Prng): Uint8Array {
    if (made++ === 0) {
      return encodeServerCommand({
        kind: "openSession",
        sid: 1,
        timeoutMillis: 4000,
        password: PASSWORD,
      });
    }
    const path = prng.pick(["/a", "/b", "/a/c", "/a/d"]);
    switch (prng.below(4)) {
      case 0:
        return commands.encode(setData(made, path, bytes(String(made))));
      case 1:
        return commands.encode(remove(made, path));
      default:
        return commands.encode(create(made, path, { flags: prng.pick([0, 0, 2]) }));
    }
  }

  stateMachineSuite(test, { create: () => new ZooKeeperStateMachine(), command });
});
