import { beforeEach, describe, expect, test } from "vitest";
import { encodeServerCommand, RequestEncoder } from "../../../src/zookeeper/apply/index.ts";
import { ERROR } from "../../../src/zookeeper/codec/index.ts";
import { MachineUnderTest, NOBODY, PASSWORD } from "../apply/machine.ts";
import { bytes, create, remove, setData, text } from "../requests.ts";

let log: MachineUnderTest;
let commands: RequestEncoder;

/** The error of a request; 0 for one that was done. */
function ask(frame: Uint8Array): number {
  const result = log.apply(commands.encode(frame));
  return result.kind === "refused" ? result.error : 0;
}

function open(enforceQuota: boolean): void {
  const timeoutMillis = 4000;
  log = new MachineUnderTest();
  log.apply(
    encodeServerCommand({ kind: "openSession", sid: 1, timeoutMillis, password: PASSWORD }),
  );
  const session = { sid: 1, birth: log.lastIndex };
  const allocate = (size: number): Uint8Array => new Uint8Array(size);
  commands = new RequestEncoder(session, session.birth, { ...NOBODY, enforceQuota }, allocate);
}

/** As zkCli makes a quota: the limits first. */
function limit(path: string, limits: string): void {
  let at = "/zookeeper/quota";
  for (const name of path.slice(1).split("/")) ask(create(1, (at += `/${name}`)));
  expect(ask(create(1, `${at}/zookeeper_limits`, { data: bytes(limits) }))).toBe(0);
  expect(ask(create(1, `${at}/zookeeper_stats`, { data: bytes("count=0,bytes=0") }))).toBe(0);
}

const stats = (path: string): string => {
  const node = log.machine.tree.find(`/zookeeper/quota${path}/zookeeper_stats`);
  return node?.data == null ? "none" : text(node.data);
};

describe("a quota", () => {
  beforeEach(() => open(false));

  test("begins with what there is, and follows every change below", () => {
    ask(create(1, "/q", { data: bytes("four") }));
    ask(create(1, "/q/a", { data: bytes("xx") }));
    ask(create(1, "/qq", { data: bytes("not below") }));
    limit("/q", "count=5,bytes=-1");
    expect(stats("/q")).toBe("count=2,bytes=6");
    ask(create(1, "/q/a/b", { data: null }));
    ask(setData(1, "/q/a", bytes("yyyyy")));
    expect(stats("/q")).toBe("count=3,bytes=9");
    ask(remove(1, "/q/a/b"));
    ask(setData(1, "/q", bytes("")));
    expect(stats("/q")).toBe("count=2,bytes=5");
  });

  test("is told in data that nobody wrote: versions and stamps stay", () => {
    ask(create(1, "/q"));
    limit("/q", "count=5,bytes=-1");
    ask(create(1, "/q/a"));
    const node = log.machine.tree.find("/zookeeper/quota/q/zookeeper_stats");
    expect(node?.version).toBe(0);
    expect(node?.modified).toBe(node?.created);
  });

  test("ends with its limits, and not with its stats", () => {
    ask(create(1, "/q"));
    limit("/q", "count=5,bytes=-1");
    ask(remove(1, "/zookeeper/quota/q/zookeeper_stats"));
    expect(ask(create(1, "/q/a"))).toBe(0);
    ask(create(1, "/zookeeper/quota/q/zookeeper_stats"));
    expect(stats("/q")).toBe("count=2,bytes=2");
    ask(remove(1, "/zookeeper/quota/q/zookeeper_limits"));
    ask(create(1, "/q/b"));
    expect(stats("/q")).toBe("count=2,bytes=2");
  });

  test("whose stats were overwritten with nonsense keeps nobody from writing", () => {
    ask(create(1, "/q"));
    limit("/q", "count=5,bytes=-1");
    ask(setData(1, "/zookeeper/quota/q/zookeeper_stats", Uint8Array.of(0xff, 0xfe)));
    expect(ask(create(1, "/q/a"))).toBe(0);
  });

  test("is known again after a snapshot", () => {
    ask(create(1, "/q"));
    limit("/q", "count=5,bytes=-1");
    const { tree } = log.machine;
    const view = log.machine.pin();
    const sink = log.machine.restore();
    for (let chunk = view.read(100); chunk !== null; chunk = view.read(100)) sink.write(chunk);
    sink.finish();
    expect(log.machine.tree === tree).toBe(false);
    ask(create(1, "/q/a"));
    expect(stats("/q")).toBe("count=2,bytes=2");
  });

  test("refuses nothing, unless the server enforces it", () => {
    ask(create(1, "/q"));
    limit("/q", "count=1,bytes=1;byteHardLimit=1;countHardLimit=1");
    expect(ask(create(1, "/q/a"))).toBe(0);
  });
});

describe("a hard limit", () => {
  beforeEach(() => {
    open(true);
    ask(create(1, "/q", { data: bytes("xx") }));
    limit("/q", "count=1,bytes=1=;byteHardLimit=5;countHardLimit=2");
  });

  test("of nodes refuses one more, until one has gone", () => {
    expect(ask(create(1, "/q/a", { data: null }))).toBe(0);
    expect(ask(create(1, "/q/b", { data: null }))).toBe(ERROR.quotaExceeded);
    expect(ask(create(1, "/q/a/b", { data: null }))).toBe(ERROR.quotaExceeded);
    ask(remove(1, "/q/a"));
    expect(ask(create(1, "/q/b", { data: null }))).toBe(0);
  });

  test("of bytes refuses what is too long, and lets what is there get shorter", () => {
    expect(ask(create(1, "/q/a", { data: bytes("1234") }))).toBe(ERROR.quotaExceeded);
    expect(ask(create(1, "/q/a", { data: bytes("123") }))).toBe(0);
    expect(ask(setData(1, "/q/a", bytes("1234")))).toBe(ERROR.quotaExceeded);
    expect(ask(setData(1, "/q/a", bytes("12")))).toBe(0);
    expect(ask(setData(1, "/q/a", bytes("123"), 7))).toBe(ERROR.badVersion);
  });

  test("holds for nothing beside", () => {
    expect(ask(create(1, "/q2", { data: bytes("far too long") }))).toBe(0);
  });
});
