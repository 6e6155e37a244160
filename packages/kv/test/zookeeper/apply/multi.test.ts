import { describe, expect, test } from "vitest";
import { ERROR, JuteWriter, OPCODE } from "../../../src/zookeeper/codec/index.ts";
import { create, frame, remove, setData } from "../requests.ts";
import { MachineUnderTest, type Client } from "./machine.ts";

/** One request of several, each as it would be by itself. */
function multi(...requests: readonly Uint8Array[]): Uint8Array {
  return frame(1, OPCODE.multi, (writer: JuteWriter) => {
    for (const request of requests) {
      writer.raw(request.subarray(4, 8)).bool(false).int(-1).raw(request.subarray(8));
    }
    writer.int(-1).bool(true).int(-1);
  });
}

function check(path: string, version: number): Uint8Array {
  return frame(1, OPCODE.check, (writer) => writer.ustring(path).int(version));
}

function setUp(): { log: MachineUnderTest; client: Client; digest: () => string } {
  const log = new MachineUnderTest();
  const client = log.open();
  log.request(client, create(1, "/a"));
  return { log, client, digest: () => log.machine.tree.digest };
}

/** The errors of all operations; 0 for one that was done. */
function errors(result: unknown): readonly number[] {
  const { items } = result as { items: readonly { kind: string; error?: number }[] };
  return items.map(({ error }) => error ?? 0);
}

describe("multi", () => {
  test("does all operations in one transaction, each seeing those before it", () => {
    const { log, client } = setUp();
    const result = log.request(
      client,
      multi(
        create(1, "/a/b"),
        create(1, "/a/b/s-", { flags: 2, opcode: OPCODE.create2 }),
        setData(1, "/a/b", new Uint8Array(3), 0),
        check("/a/b", 1),
        remove(1, "/a/b/s-0000000000"),
        create(1, "/a/b/s-", { flags: 2 }),
      ),
    );
    const { zxid } = result;
    expect(result).toMatchObject({
      kind: "multi",
      items: [
        { result: { kind: "created", zxid, path: "/a/b", stat: null } },
        { result: { path: "/a/b/s-0000000000", stat: { numChildren: 0 } } },
        // The stat is of that moment.
        { result: { stat: { version: 1, numChildren: 1, cversion: 1 } } },
        { result: { kind: "checked" } },
        { result: { kind: "deleted" } },
        { result: { path: "/a/b/s-0000000001" } },
      ],
    });
    expect(log.machine.tree.find("/a/b")?.created.zxid).toBe(zxid);
  });

  test.each([
    ["a node that is there", [create(1, "/b"), create(1, "/b"), create(1, "/c")], -110, 1],
    ["a version that is another", [setData(1, "/a", null, 0), check("/a", 0)], -103, 1],
    ["a node that was deleted before", [remove(1, "/a"), setData(1, "/a", null)], -101, 1],
    ["a node with a child that was made before", [create(1, "/a/x"), remove(1, "/a")], -111, 1],
    [
      "the child of an ephemeral node made before",
      [create(1, "/e", { flags: 1 }), create(1, "/e/x")],
      -108,
      1,
    ],
    ["the first", [check("/none", -1), create(1, "/b")], -101, 0],
  ] as const)("does nothing when it comes to %s", (_, requests, error, at) => {
    const { log, client, digest } = setUp();
    const before = digest();
    const result = log.request(client, multi(...requests));
    expect(errors(result)).toEqual(
      requests.map((__, i) => (i < at ? ERROR.ok : i === at ? error : ERROR.runtimeInconsistency)),
    );
    expect(digest()).toBe(before);
  });

  test("may delete and make the same node, or empty what it deletes", () => {
    const { log, client } = setUp();
    log.request(client, create(1, "/a/x"));
    const requests = [remove(1, "/a/x"), remove(1, "/a"), create(1, "/a")];
    expect(errors(log.request(client, multi(...requests)))).toEqual([0, 0, 0]);
    expect(log.machine.tree.find("/a")?.creations).toBe(0);
  });

  test("of nothing is done", () => {
    const { log, client } = setUp();
    expect(log.request(client, multi())).toMatchObject({ kind: "multi", items: [] });
  });

  test("with what has no place in it is refused as a whole", () => {
    const { log, client, digest } = setUp();
    const before = digest();
    const read = frame(1, OPCODE.getData, (writer) => writer.ustring("/a").bool(false));
    const result = log.request(client, multi(create(1, "/b"), read));
    expect(result).toMatchObject({ kind: "refused", error: ERROR.marshallingError });
    expect(digest()).toBe(before);
  });

  test("gives what the same requests give one by one", () => {
    const requests = [
      create(1, "/a/b", { flags: 2 }),
      create(1, "/a/b", { flags: 3 }),
      setData(1, "/a", new Uint8Array(2)),
      remove(1, "/a/b0000000000"),
      create(1, "/a/b", { flags: 2 }),
    ];
    const [together, single] = [setUp(), setUp()];
    together.log.request(together.client, multi(...requests));
    for (const request of requests) single.log.request(single.client, request);
    const paths = ({ log }: ReturnType<typeof setUp>): string[] => [
      ...(log.machine.tree.find("/a")?.children?.keys() ?? []),
    ];
    expect(paths(together)).toEqual(paths(single));
  });
});

test("a check by itself is no request", () => {
  const { log, client } = setUp();
  const result = log.request(client, check("/a", 0));
  expect(result).toMatchObject({ error: ERROR.unimplemented });
});
