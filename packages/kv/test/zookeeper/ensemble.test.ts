import { afterEach, describe, expect, test } from "vitest";
import { ERROR, JuteReader } from "../../src/zookeeper/codec/index.ts";
import { MemoryEnsemble, type EnsembleMember } from "./memory-ensemble.ts";
import { cliMt, hasCliMt, hasZkCli, zkCli } from "./real-clients.ts";
import { bytes, closeSession, create, getData, ping, setData, sync, text } from "./requests.ts";
import { JuteClient, until, type Greeting, type Welcome } from "./server/jute-client.ts";

let ensemble: MemoryEnsemble;

afterEach(() => ensemble.close());

async function connect(
  member: EnsembleMember,
  greeting: Greeting = {},
): Promise<{ client: JuteClient; welcome: Welcome }> {
  const client = await JuteClient.connect(member.port);
  client.greet(greeting);
  return { client, welcome: await client.welcome() };
}

/** The reply's error, and the path or the data that it begins with. */
async function ask(client: JuteClient, request: Uint8Array): Promise<[number, string]> {
  client.send(request);
  const { error, body } = await client.reply();
  const data = body.length === 0 ? null : new JuteReader(body).buffer();
  return [error, data === null ? "" : text(data)];
}

function digests(): string[] {
  return ensemble.members.map(({ machine }) => `${machine.lastZxid} ${machine.tree.digest}`);
}

async function agreed(): Promise<void> {
  await until(() => new Set(digests()).size === 1);
}

function follower(which: number): EnsembleMember {
  const member = ensemble.followers[which];
  if (member === undefined) throw new Error("there are not so many");
  return member;
}

const PROTOCOLS = ["raft", "zab"] as const;

test.each(PROTOCOLS)(
  "one member under %s answers thousands of pipelined requests of several clients in order",
  async (protocol) => {
    ensemble = await MemoryEnsemble.start(protocol, 1);
    const CLIENTS = 4;
    const COUNT = 600;
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, which) => {
        const { client } = await connect(ensemble.leader);
        const requests = Array.from({ length: COUNT }, (_unused, i) => {
          const path = `/c${which}-${i - (i % 3)}`;
          if (i % 3 === 0) return create(i, path, { data: bytes(`${i}`) });
          return i % 3 === 1 ? setData(i, path, bytes(`${i}`)) : getData(i, path);
        });
        client.send(...requests);
        for (const [i, reply] of (await client.replies(COUNT)).entries()) {
          expect([reply.xid, reply.error]).toEqual([i, 0]);
          if (i % 3 !== 2) continue;
          expect(text(new JuteReader(reply.body).buffer() ?? bytes(""))).toBe(`${i - 1}`);
        }
        expect(await ask(client, closeSession(COUNT))).toEqual([0, ""]);
      }),
    );
    const { tree, sessions } = ensemble.leader.machine;
    expect(tree.count).toBe(4 + (CLIENTS * COUNT) / 3);
    expect(sessions.size).toBe(0);
  },
);

describe.each(PROTOCOLS)("three members under %s", (protocol) => {
  test("serve writes and reads at any of them, and agree", async () => {
    ensemble = await MemoryEnsemble.start(protocol, 3);
    const [one, two] = [await connect(follower(0)), await connect(follower(1))];
    for (let i = 0; i < 20; i++) {
      expect(await ask(one.client, create(1, `/n${i}`, { data: bytes(`v${i}`) }))).toEqual([
        0,
        `/n${i}`,
      ]);
      expect(await ask(one.client, getData(2, `/n${i}`))).toEqual([0, `v${i}`]);
      // Another member may not have it yet, unless it is told to look.
      two.client.send(sync(1, "/"), getData(2, `/n${i}`));
      const [synced, read] = await two.client.replies(2);
      expect([synced?.error, read?.error]).toEqual([0, 0]);
    }
    await agreed();
  });

  test("let a client go from one to another with its session", async () => {
    ensemble = await MemoryEnsemble.start(protocol, 3);
    const { client: old, welcome } = await connect(follower(0));
    expect(await ask(old, create(1, "/a"))).toEqual([0, "/a"]);
    const { client, welcome: again } = await connect(follower(1), welcome);
    expect(again.session).toEqual(welcome.session);
    expect(await old.next()).toBe(null);
    // It sees what it wrote elsewhere.
    expect(await ask(client, getData(2, "/a"))).toEqual([0, "x"]);
    const wrong = { ...welcome, password: new Uint8Array(16) };
    expect((await connect(ensemble.leader, wrong)).welcome.timeoutMillis).toBe(0);
    expect(ensemble.leader.machine.sessions.size).toBe(1);
  });

  test("end a session whose client is gone, and keep one that pings, wherever they are", async () => {
    ensemble = await MemoryEnsemble.start(protocol, 3, { tickMillis: 40 });
    const { client: gone } = await connect(follower(0), { timeoutMillis: 100 });
    const { client: alive } = await connect(follower(0), { timeoutMillis: 200 });
    const { sessions } = ensemble.leader.machine;
    await until(() => sessions.size === 2);
    gone.destroy();
    while (sessions.size === 2) expect(await ask(alive, ping)).toEqual([0, ""]);
    for (const end = performance.now() + 400; performance.now() < end;) {
      expect(await ask(alive, ping)).toEqual([0, ""]);
    }
    expect(sessions.size).toBe(1);
  });

  test("drop the clients of one that is cut off, which go on at another", async () => {
    ensemble = await MemoryEnsemble.start(protocol, 3);
    const cut = ensemble.leader;
    const { client: old, welcome } = await connect(cut);
    expect(await ask(old, create(1, "/before"))).toEqual([0, "/before"]);
    const others = ensemble.followers;
    for (const { id } of others) {
      ensemble.network.block(cut.id, id);
      ensemble.network.block(id, cut.id);
    }
    old.send(create(2, "/lost"));
    expect(await old.next()).toBe(null);
    const refused = await JuteClient.connect(cut.port);
    refused.greet(welcome);
    expect(await refused.next()).toBe(null);
    const leads = ({ driver }: EnsembleMember): boolean => driver.view().isLeader;
    await until(() => others.some(leads));
    const next = others.find(leads) ?? cut;
    const { client } = await connect(next, welcome);
    expect(await ask(client, getData(3, "/before"))).toEqual([0, "x"]);
    expect(await ask(client, getData(4, "/lost"))).toEqual([ERROR.noNode, ""]);
    expect(await ask(client, create(5, "/after"))).toEqual([0, "/after"]);
    for (const { id } of others) {
      ensemble.network.unblock(cut.id, id);
      ensemble.network.unblock(id, cut.id);
    }
    await agreed();
    expect(cut.machine.tree.find("/lost")).toBe(null);
    expect(cut.machine.tree.find("/after")).not.toBe(null);
  });
});

if (!hasZkCli) console.warn("zkCli.sh is not installed (package zookeeper): its tests are skipped");
if (!hasCliMt)
  console.warn("cli_mt is not installed (package zookeeper-bin): its tests are skipped");

const endpoint = (): string => `127.0.0.1:${ensemble.leader.port}`;

test.skipIf(!hasZkCli)("zkCli does what it does with ZooKeeper", { timeout: 60_000 }, async () => {
  ensemble = await MemoryEnsemble.start("raft", 1);
  const stat = (lines: Record<string, string | number>): string[] =>
    Object.entries({
      cZxid: "0x100000002",
      ctime: "T",
      mZxid: "0x100000002",
      mtime: "T",
      pZxid: "0x100000002",
      cversion: 0,
      dataVersion: 0,
      aclVersion: 0,
      ephemeralOwner: "0x0",
      dataLength: 5,
      numChildren: 0,
      ...lines,
    }).map(([name, value]) => `${name} = ${value}`);
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ["ls /", ["[zookeeper]"]],
    ["create /a hello", ["Created /a"]],
    ["create /a again", ["Node already exists: /a"]],
    ["get /a", ["hello"]],
    ["get -s /a", ["hello", ...stat({})]],
    ["stat /a", stat({})],
    ["set /a world", []],
    ["set -v 0 /a stale", ["version No is not valid : /a"]],
    ["set -v 1 /a fresh", []],
    ["get /a", ["fresh"]],
    ["create /a/b x", ["Created /a/b"]],
    ["create /a/b/c y", ["Created /a/b/c"]],
    ["ls -R /a", ["/a", "/a/b", "/a/b/c"]],
    [
      "ls -s /a",
      [
        "[b]",
        ...stat({
          mZxid: "0x100000006",
          pZxid: "0x100000007",
          cversion: 1,
          dataVersion: 2,
          numChildren: 1,
        }),
      ],
    ],
    ["create -s /a/seq- 1", ["Created /a/seq-0000000001"]],
    ["create -s /a/seq- 2", ["Created /a/seq-0000000002"]],
    ["ls /a", ["[b, seq-0000000001, seq-0000000002]"]],
    ["create /nope/kid z", ["Node does not exist: /nope/kid"]],
    ["get /nope", ["Node does not exist: /nope"]],
    ["stat /nope", ["Node does not exist: /nope"]],
    ["set /nope v", ["Node does not exist: /nope"]],
    ["delete /nope", ["Node does not exist: /nope"]],
    ["delete /a", ["Node not empty: /a"]],
    ["delete -v 7 /a/b/c", ["version No is not valid : /a/b/c"]],
    ["delete -v 0 /a/b/c", []],
    ["ls /a/b", ["[]"]],
    ["create /日本 ü", ["Created /日本"]],
    ["get /日本", ["ü"]],
    ["create /nodata", ["Created /nodata"]],
    ["get /nodata", ["null"]],
    ["getAcl /a", ["'world,'anyone", ": cdrwa"]],
    ["addauth digest bob:secret", []],
    ["whoami", ["Auth scheme: User", "digest: bob", "ip: 127.0.0.1"]],
    ["sync /a", ["Sync is OK"]],
    ["create -e /e x", ["Created /e"]],
    ["addWatch /a", []],
    ["setAcl /a world:anyone:r", []],
    ["getAcl /a", ["'world,'anyone", ": r"]],
    ["ls /", ["[a, e, nodata, zookeeper, 日本]"]],
  ];
  const found = await zkCli(
    endpoint(),
    steps.map(([command]) => command),
  );
  expect(found).toEqual(steps.flatMap(([, lines]) => lines));
  expect(ensemble.leader.machine.sessions.size).toBe(0);
});

test.skipIf(!hasCliMt)("cli_mt does what it does with ZooKeeper", { timeout: 60_000 }, async () => {
  ensemble = await MemoryEnsemble.start("raft", 1);
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ["create /m", ["Creating [/m] node (mode: 0)", "[/m]: rc = 0", "name = /m"]],
    ["create /m", ["Creating [/m] node (mode: 0)", "[/m]: rc = -110"]],
    [
      "create +s /m/s-",
      ["Creating [/m/s-] node (mode: 2)", "[/m/s-]: rc = 0", "name = /m/s-0000000000"],
    ],
    ["delete /none", ["/none: rc = -101"]],
    ["delete /m", ["/m: rc = -111"]],
    ["delete /m/s-0000000000", ["/m/s-0000000000: rc = 0"]],
    ["sync /m", ["[/m]: rc = 0", "name = /m"]],
    // It always asks for a watch; what the watch tells is left out here.
    ["ls /m", ["/m: rc = 0"]],
    ["create /m/c", ["Creating [/m/c] node (mode: 0)", "[/m/c]: rc = 0", "name = /m/c"]],
    ["delete /m/c", ["/m/c: rc = 0"]],
    ["delete /m", ["/m: rc = 0"]],
  ];
  const found = await cliMt(
    endpoint(),
    steps.map(([command]) => command),
  );
  expect(found).toEqual(steps.flatMap(([, lines]) => lines));
});
