import { describe, expect, test } from "vitest";
import {
  beginReply,
  decodeConnectRequest,
  ERROR,
  JuteReader,
  JuteWriter,
  readAcl,
  OPCODE,
  readAuth,
  readMulti,
  readMultiRead,
  readRead,
  readSessionId,
  readSetWatches,
  readWriteOperation,
  sessionText,
  writeAcl,
  writeBareReply,
  writeConnectResponse,
  writeIdentities,
  writeSessionId,
  writeStat,
  type JuteWriter as Writer,
} from "../../../src/zookeeper/codec/index.ts";
import { hex, OPEN, toHex } from "../requests.ts";

const operation = (opcode: number, digits: string): unknown =>
  readWriteOperation(opcode, new JuteReader(hex(digits)));

const written = (write: (writer: Writer) => unknown): string => {
  const writer = new JuteWriter(1);
  write(writer);
  return toHex(writer.finish());
};

const joined = (digits: string): string => digits.replaceAll(/\s/g, "");

describe("a connect request", () => {
  const head = "00000000 0000000100000005 00007530";
  const password = "00000010 00112233445566778899aabbccddeeff";

  test("for a new session", () => {
    const zeros = `00000010 ${"00".repeat(16)}`;
    expect(decodeConnectRequest(hex(`${head} 0000000000000000 ${zeros} 00`))).toEqual({
      lastZxidSeen: 0x1_0000_0005,
      timeoutMillis: 30_000,
      resume: null,
      readOnly: false,
    });
  });

  test("for an old one, of a client from before read-only servers", () => {
    expect(decodeConnectRequest(hex(`${head} 0300000000000007 ${password}`))).toEqual({
      lastZxidSeen: 0x1_0000_0005,
      timeoutMillis: 30_000,
      resume: {
        session: { sid: 3, birth: 7 },
        password: hex("00112233445566778899aabbccddeeff"),
      },
      readOnly: null,
    });
  });

  test("for a session that no member of ours can have opened", () => {
    const request = decodeConnectRequest(hex(`${head} 0312000000000007 ${password} 01`));
    expect(request.resume?.session).toBe(null);
    expect(request.readOnly).toBe(true);
  });

  test.each([
    ["cut off", `${head} 00000000`],
    ["without a password", `${head} 0000000000000000 ffffffff 00`],
    ["with a password that is cut off", `${head} 0000000000000000 00000010 00`],
  ])("%s is refused", (_, digits) => {
    expect(() => decodeConnectRequest(hex(digits))).toThrow(
      expect.objectContaining({ code: "ERR_MALFORMED" }),
    );
  });
});

describe("a connect response", () => {
  const introduction = {
    session: { sid: 2, birth: 0x1_0000_0003 },
    timeoutMillis: 4000,
    password: hex("00112233445566778899aabbccddeeff"),
  };
  const fields = "00000000 00000fa0 0200000100000003 00000010 00112233445566778899aabbccddeeff";

  test("says whether the server is read-only only to those who asked", () => {
    expect(written((w) => writeConnectResponse(w, introduction, false))).toBe(
      joined(`00000025 ${fields} 00`),
    );
    expect(written((w) => writeConnectResponse(w, introduction, null))).toBe(
      joined(`00000024 ${fields}`),
    );
  });

  test("has zeros for a session that is over", () => {
    const zeros = `00000000 00000000 0000000000000000 00000010 ${"00".repeat(16)}`;
    expect(written((w) => writeConnectResponse(w, null, false))).toBe(
      joined(`00000025 ${zeros} 00`),
    );
  });
});

describe("a session id", () => {
  test.each([
    ["0100000000000001", { sid: 1, birth: 1 }, "0x100000000000001"],
    ["fe00ffffffffffff", { sid: 254, birth: 0xffff_ffff_ffff }, "0xfe00ffffffffffff"],
    ["0000000000000005", { sid: 0, birth: 5 }, "0x5"],
  ])("%s", (digits, id, shown) => {
    expect(readSessionId(hex(`ff${digits}`), 1)).toEqual(id);
    const into = new Uint8Array(9);
    writeSessionId(into, 1, id);
    expect(toHex(into)).toBe(`00${digits}`);
    expect(sessionText(id)).toBe(shown);
  });

  test.each(["0000000000000000", "0100000000000000", "0101000000000001", "0180000000000001"])(
    "%s is none",
    (digits) => {
      expect(readSessionId(hex(digits), 0)).toBe(null);
    },
  );
});

describe("records", () => {
  test("a stat has 68 bytes in ZooKeeper's order", () => {
    const stat = {
      created: { zxid: 0x1_0000_0001, time: 0x11 },
      modified: { zxid: 0x1_0000_0002, time: 0x22 },
      childrenModified: { zxid: 0x1_0000_0003, time: 0x33 },
      version: 4,
      cversion: -1,
      aversion: 6,
      ephemeralOwner: { sid: 2, birth: 0xabcd_1234_5678 },
      dataLength: 7,
      numChildren: 8,
    };
    expect(written((w) => writeStat(w, stat))).toBe(
      joined(
        "0000000100000001 0000000100000002 0000000000000011 0000000000000022" +
          "00000004 ffffffff 00000006 0200abcd12345678 00000007 00000008 0000000100000003",
      ),
    );
  });

  test("an access control list", () => {
    const digits = "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65";
    expect(written((w) => writeAcl(w, OPEN))).toBe(joined(digits));
    expect(readAcl(new JuteReader(hex(digits)))).toEqual(OPEN);
    expect(readAcl(new JuteReader(hex("ffffffff")))).toBe(null);
    expect(readAcl(new JuteReader(hex("00000000")))).toEqual([]);
    const creatorAsKazooSendsIt = "00000001 0000001f 00000004 61757468 ffffffff";
    expect(readAcl(new JuteReader(hex(creatorAsKazooSendsIt)))).toEqual([
      { permissions: 31, scheme: "auth", id: "" },
    ]);
  });

  test("identities", () => {
    expect(written((w) => writeIdentities(w, [{ scheme: "ip", id: "::1" }]))).toBe(
      joined("00000001 00000002 6970 00000003 3a3a31"),
    );
  });
});

describe("requests", () => {
  const path = "00000002 2f61";

  test("create", () => {
    const digits = `${path} 00000001 78 00000000 00000002`;
    const made = { path: "/a", data: hex("78"), acl: [], flags: 2, ttl: null };
    expect(operation(OPCODE.create, digits)).toEqual({ kind: "create", opcode: 1, ...made });
    expect(operation(OPCODE.createTtl, `${digits} 0000000000000011`)).toEqual({
      kind: "create",
      opcode: 21,
      ...made,
      ttl: 17,
    });
  });

  test("create without data and without a list", () => {
    const digits = `${path} ffffffff ffffffff 00000000`;
    const request = { path: "/a", data: null, acl: null, flags: 0, ttl: null };
    expect(operation(OPCODE.create2, digits)).toEqual({ kind: "create", opcode: 15, ...request });
  });

  test("delete", () => {
    const request = { path: "/a", version: -1 };
    const digits = `${path} ffffffff`;
    expect(operation(OPCODE.delete, digits)).toEqual({ kind: "delete", opcode: 2, ...request });
    expect(operation(OPCODE.check, digits)).toEqual({ kind: "check", opcode: 13, ...request });
  });

  test("setData", () => {
    const request = { path: "/a", data: hex("7879"), version: 3 };
    const digits = `${path} 00000002 7879 00000003`;
    expect(operation(OPCODE.setData, digits)).toEqual({ kind: "setData", opcode: 5, ...request });
  });

  test("setACL", () => {
    const request = { path: "/a", acl: null, version: 3 };
    const digits = `${path} ffffffff 00000003`;
    expect(operation(OPCODE.setAcl, digits)).toEqual({ kind: "setAcl", opcode: 7, ...request });
  });

  test("nothing that writes", () => {
    expect(operation(OPCODE.getData, path)).toBe(null);
  });

  test("multi", () => {
    const digits = `0000000d 00 ffffffff ${path} 00000003 ffffffff 01 ffffffff`;
    expect(readMulti(new JuteReader(hex(digits)))).toEqual([
      { kind: "check", opcode: 13, path: "/a", version: 3 },
    ]);
    expect(readMulti(new JuteReader(hex("ffffffff 01 ffffffff")))).toEqual([]);
  });

  test.each([
    ["a read", "00000004"],
    ["a change of an access list", "00000007"],
    ["what nobody knows", "00000063"],
  ])("no multi with %s in it", (_, opcode) => {
    const digits = `${opcode} 00 ffffffff ${path} 00000000 00000000`;
    expect(() => readMulti(new JuteReader(hex(digits)))).toThrow("has no place in a multi");
  });

  test("multiRead, without anything that writes", () => {
    const digits = `00000004 00 ffffffff ${path} 01 00000008 00 ffffffff ${path} 00`;
    const end = "ffffffff 01 ffffffff";
    expect(readMultiRead(new JuteReader(hex(`${digits} ${end}`)))).toEqual([
      { opcode: 4, path: "/a", watch: true },
      { opcode: 8, path: "/a", watch: false },
    ]);
    const check = `0000000d 00 ffffffff ${path} 00000003`;
    expect(() => readMultiRead(new JuteReader(hex(check)))).toThrow("no place in a multiRead");
  });

  test("reads", () => {
    expect(readRead(new JuteReader(hex(`${path} 01`)))).toEqual({ path: "/a", watch: true });
    expect(readRead(new JuteReader(hex(`${path} 00`)))).toEqual({ path: "/a", watch: false });
  });

  test.each([
    ["empty lists", "00000000 00000000 00000000", [], []],
    ["lists that are null", "ffffffff ffffffff ffffffff", [], []],
    ["a path in the first", `00000001 ${path} 00000000 00000000`, ["/a"], []],
    ["a path in the last", `00000000 00000000 00000001 ${path}`, [], ["/a"]],
  ] as const)("setWatches with %s", (_, lists, data, child) => {
    const request = { relativeZxid: 5, data, exist: [], child, persistent: [], recursive: [] };
    const head = "0000000000000005";
    expect(readSetWatches(new JuteReader(hex(`${head} ${lists}`)), false)).toEqual(request);
    const persistent = `00000001 ${path} 00000001 ${path}`;
    expect(readSetWatches(new JuteReader(hex(`${head} ${lists} ${persistent}`)), true)).toEqual({
      ...request,
      persistent: ["/a"],
      recursive: ["/a"],
    });
  });

  test("auth", () => {
    const digits = "00000000 00000006 646967657374 00000003 613a62";
    const request = { scheme: "digest", credentials: hex("613a62") };
    expect(readAuth(new JuteReader(hex(digits)))).toEqual(request);
  });
});

describe("replies", () => {
  test("have a header of 16 bytes", () => {
    expect(written((w) => writeBareReply(w, 5, 0x1_0000_0002, ERROR.noNode))).toBe(
      joined("00000010 00000005 0000000100000002 ffffff9b"),
    );
  });

  test("and a record behind it", () => {
    const reply = written((w) => {
      const frame = beginReply(w, -2, -1);
      w.ustring("/a");
      w.endFrame(frame);
    });
    expect(reply).toBe(joined("00000016 fffffffe ffffffffffffffff 00000000 00000002 2f61"));
  });
});
