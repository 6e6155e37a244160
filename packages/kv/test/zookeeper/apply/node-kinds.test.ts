import { describe, expect, test } from "vitest";
import { encodeServerCommand, RequestEncoder } from "../../../src/zookeeper/apply/index.ts";
import { ERROR, JuteWriter, OPCODE } from "../../../src/zookeeper/codec/index.ts";
import { bytes, closeSession, create, frame, OPEN, remove, setData } from "../requests.ts";
import { MachineUnderTest, NOBODY, type Client } from "./machine.ts";

const CONTAINER = { flags: 4, opcode: OPCODE.createContainer };

/** A client of a server with nodes that have a time to live. */
function withTtl(log: MachineUnderTest): Client {
  const { session, attachment } = log.open();
  const authority = { ...NOBODY, extendedTypes: true };
  const allocate = (size: number): Uint8Array => new Uint8Array(size);
  return {
    session,
    attachment,
    commands: new RequestEncoder(session, attachment, authority, allocate),
  };
}

function createTtl(path: string, ttl: number, flags = 5): Uint8Array {
  return frame(1, OPCODE.createTtl, (writer: JuteWriter) => {
    writer.ustring(path).buffer(bytes("x")).int(OPEN.length);
    for (const { permissions, scheme, id } of OPEN) {
      writer.int(permissions).ustring(scheme).ustring(id);
    }
    writer.int(flags).long(ttl);
  });
}

function reap(log: MachineUnderTest, path: string, time: number, neverUsedMillis = 0): unknown {
  return log.apply(encodeServerCommand({ kind: "reapNode", path, neverUsedMillis }), time);
}

describe("ephemeral nodes", () => {
  test("belong to their session and go with it, in one transaction", () => {
    const log = new MachineUnderTest();
    const [mine, other] = [log.open(), log.open()];
    log.request(mine, create(1, "/p"));
    log.request(mine, create(2, "/p/e", { flags: 1 }));
    log.request(mine, create(3, "/p/s-", { flags: 3 }));
    log.request(other, create(1, "/p/other", { flags: 1 }));
    const { tree } = log.machine;
    expect([...tree.ephemeralsOf(mine.session)].map(({ name }) => name)).toEqual([
      "e",
      "s-0000000001",
    ]);
    expect(tree.ephemeralCount).toBe(3);
    const { zxid } = log.request(mine, closeSession(4));
    expect([...(tree.find("/p")?.children?.keys() ?? [])]).toEqual(["other"]);
    expect(tree.find("/p")?.childrenModified.zxid).toBe(zxid);
    expect(tree.ephemeralCount).toBe(1);
    log.expire(other.session, other.attachment);
    expect(tree.find("/p")?.numChildren).toBe(0);
  });

  test("live on when their session is taken over", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    log.request(client, create(1, "/e", { flags: 1 }));
    log.attach(client.session);
    expect(log.expire(client.session, client.attachment)).toMatchObject({ kind: "refused" });
    expect(log.machine.tree.find("/e")).not.toBe(null);
  });

  test("have no children, and say so only where the name is free", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    log.request(client, create(1, "/e", { flags: 1 }));
    const error = ERROR.noChildrenForEphemerals;
    expect(log.request(client, create(2, "/e/x"))).toMatchObject({ error });
    expect(log.request(client, create(3, "/e/x", { flags: 3 }))).toMatchObject({ error });
  });

  test("are told of with their owner", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    const made = log.request(client, create(1, "/e", { flags: 1, opcode: OPCODE.create2 }));
    expect(made).toMatchObject({ stat: { ephemeralOwner: client.session } });
  });

  test("are deleted like others, and are nobody's then", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    log.request(client, create(1, "/e", { flags: 1 }));
    log.request(client, remove(2, "/e"));
    expect(log.machine.tree.ephemeralCount).toBe(0);
    expect(log.request(client, closeSession(3))).toMatchObject({ kind: "sessionClosed" });
  });
});

describe("containers", () => {
  test("go when their last child has gone, and not before they had one", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    log.request(client, create(1, "/c", CONTAINER));
    expect(reap(log, "/c", 9e9)).toMatchObject({ error: ERROR.notEmpty });
    log.request(client, create(2, "/c/x"));
    expect(reap(log, "/c", 9e9)).toMatchObject({ error: ERROR.notEmpty });
    log.request(client, remove(3, "/c/x"));
    expect(reap(log, "/c", 9e9)).toMatchObject({ kind: "deleted" });
    expect(log.machine.tree.find("/c")).toBe(null);
    expect(reap(log, "/c", 9e9)).toMatchObject({ error: ERROR.noNode });
  });

  test("that never had a child go when they are older than is allowed, if anything is", () => {
    const log = new MachineUnderTest();
    log.request(log.open(), create(1, "/c", CONTAINER), 1000);
    expect(reap(log, "/c", 1100, 100)).toMatchObject({ kind: "refused" });
    expect(reap(log, "/c", 1101, 100)).toMatchObject({ kind: "deleted" });
  });

  test("are owned by nobody, whatever the opcode that made them", () => {
    const log = new MachineUnderTest();
    const client = log.open();
    const made = log.request(client, create(1, "/c", CONTAINER));
    expect(made).toMatchObject({ kind: "created", path: "/c", stat: { ephemeralOwner: null } });
    log.request(client, create(2, "/d", { flags: 4 }));
    expect([...log.machine.tree.reapable].map(({ name }) => name)).toEqual(["c", "d"]);
  });
});

describe("nodes with a time to live", () => {
  test("go when they have not been changed for so long, and have no children", () => {
    const log = new MachineUnderTest();
    const client = withTtl(log);
    expect(log.request(client, createTtl("/t", 50), 1000)).toMatchObject({ stat: {} });
    log.request(client, setData(2, "/t", null), 1030);
    expect(reap(log, "/t", 1080)).toMatchObject({ kind: "refused" });
    log.request(client, create(3, "/t/x"), 1081);
    expect(reap(log, "/t", 1082)).toMatchObject({ kind: "refused" });
    log.request(client, remove(4, "/t/x"), 1083);
    expect(reap(log, "/t", 1084)).toMatchObject({ kind: "deleted" });
  });

  test.each([
    [5, 1, 0],
    [6, 1, 0],
    [5, 2 ** 40 - 1, 0],
    [5, 2 ** 40, ERROR.badArguments],
    [5, 0, ERROR.badArguments],
    [5, -1, ERROR.badArguments],
    [0, 5, ERROR.badArguments],
    [0, 0, ERROR.badArguments],
    [0, -1, 0],
    [4, 5, ERROR.badArguments],
    [9, -1, ERROR.badArguments],
  ])("with flags %i and %i ms give %i", (flags, ttl, error) => {
    const log = new MachineUnderTest();
    const result = log.request(withTtl(log), createTtl("/t", ttl, flags));
    expect(result.kind === "refused" ? result.error : 0).toBe(error);
  });

  test("do not exist where the server does not know them", () => {
    const log = new MachineUnderTest();
    const result = log.request(log.open(), createTtl("/t", 50));
    expect(result).toMatchObject({ error: ERROR.unimplemented });
  });
});

test("nothing else is reaped", () => {
  const log = new MachineUnderTest();
  const client = log.open();
  log.request(client, create(1, "/p"));
  log.request(client, create(2, "/e", { flags: 1 }));
  for (const path of ["/p", "/e", "/", "/zookeeper/quota"]) {
    expect(reap(log, path, 9e9, 1)).toMatchObject({ error: ERROR.notEmpty });
  }
});
