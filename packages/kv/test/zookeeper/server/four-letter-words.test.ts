import { hostname } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { create, ping } from "../requests.ts";
import { ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

async function ask(word: string): Promise<string> {
  const client = await under.connect();
  client.raw(word);
  return client.text();
}

const VERSION = /^\d+\.\d+\.\d+-quorate$/;

describe("the texts are ZooKeeper's", () => {
  const start = async (): Promise<void> => {
    under = await ServerUnderTest.start({ fourLetterWords: ["*"], dataDir: "/var/lib/zookeeper" });
    const client = await under.open();
    client.send(create(1, "/a", { data: null }));
    await under.proposed(1);
    under.clock.now += 3;
    under.commit();
    await client.reply();
    client.send(ping);
    await client.reply();
  };

  const tail = [
    "Latency min/avg/max: 0/1.0/3",
    "Received: 4",
    "Sent: 3",
    "Connections: 2",
    "Outstanding: 0",
    "Zxid: 0x200000002",
    "Mode: standalone",
    "Node count: 6",
    "",
  ];

  test("srvr", async () => {
    await start();
    const [version, ...lines] = (await ask("srvr")).split("\n");
    expect(version?.replace("Zookeeper version: ", "")).toMatch(VERSION);
    expect(lines).toEqual(tail);
  });

  test("stat", async () => {
    await start();
    const [, clients, first, second, ...lines] = (await ask("stat")).split("\n");
    expect(clients).toBe("Clients:");
    expect(first).toMatch(/^ \/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=3,sent=3\)$/);
    expect(second).toMatch(/^ \/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=1,sent=0\)$/);
    expect(lines).toEqual(["", ...tail]);
  });

  test("mntr", async () => {
    await start();
    under.clock.now += 1_000;
    const lines = (await ask("mntr")).trimEnd().split("\n");
    const values = new Map(lines.map((line) => line.split("\t") as [string, string]));
    expect(values.get("zk_version")).toMatch(VERSION);
    expect(values.get("zk_tree_digest")).toBe(under.machine.tree.digest);
    values.delete("zk_version");
    values.delete("zk_tree_digest");
    expect([...values]).toEqual([
      ["zk_server_state", "standalone"],
      ["zk_ephemerals_count", "0"],
      ["zk_num_alive_connections", "2"],
      ["zk_avg_latency", "1.0"],
      ["zk_min_latency", "0"],
      ["zk_max_latency", "3"],
      ["zk_outstanding_requests", "0"],
      ["zk_znode_count", "6"],
      ["zk_watch_count", "0"],
      ["zk_global_sessions", "1"],
      ["zk_packets_sent", "3"],
      ["zk_packets_received", "4"],
      ["zk_approximate_data_size", "46"],
      ["zk_uptime", "1003"],
      ["zk_last_zxid", "0x200000002"],
      ["zk_role", "leader"],
      ["zk_epoch", "2"],
    ]);
  });

  test("conf", async () => {
    await start();
    const [clientPort, ...lines] = (await ask("conf")).split("\n");
    expect(clientPort).toBe(`clientPort=${under.server.addresses[0]?.port}`);
    expect(lines).toEqual([
      "secureClientPort=-1",
      "dataDir=/var/lib/zookeeper",
      "dataLogDir=/var/lib/zookeeper",
      "tickTime=100",
      "maxClientCnxns=60",
      "minSessionTimeout=200",
      "maxSessionTimeout=2000",
      "serverId=1",
      "",
    ]);
  });

  test("envi, ruok and isro", async () => {
    await start();
    expect(await ask("envi")).toMatch(/^Environment:\nzookeeper\.version=\d+\.\d+\.\d+-quorate\n/);
    expect(await ask("envi")).toContain(`host.name=${hostname()}\n`);
    expect(await ask("ruok")).toBe("imok");
    expect(await ask("isro")).toBe("rw");
  });
});

describe("a member of an ensemble says what it is", () => {
  const voters = ["a1", "b2", "c3"];
  const configuration = {
    members: [...voters, "d4"].map((id) => ({ id, addresses: [] })),
    quorum: { kind: "majority", voters },
  } as const;
  const configurations = { committed: configuration, latest: configuration };

  test.each([
    ["leader", { isLeader: true, leader: "a1" }],
    ["follower", { isLeader: false, leader: "b2" }],
    ["observer", { isLeader: false, leader: "b2", self: "d4" }],
  ] as const)("%s", async (mode, view) => {
    under = await ServerUnderTest.start({}, { configurations, ...view });
    expect(await ask("srvr")).toContain(`Mode: ${mode}\n`);
  });

  test("and the leader what it knows of the others", async () => {
    const peer = (state: "replicate" | "snapshot", active: boolean) =>
      ({ match: 1, state, active }) as const;
    const progress = new Map([
      ["b2", peer("replicate", true)],
      ["c3", peer("replicate", false)],
      ["d4", peer("snapshot", true)],
    ]);
    under = await ServerUnderTest.start(
      { fourLetterWords: ["mntr"] },
      { configurations, progress },
    );
    expect(await ask("mntr")).toContain(
      "zk_learners\t2\nzk_synced_followers\t1\nzk_synced_observers\t0\nzk_pending_syncs\t1\n",
    );
  });
});

describe("without a leader", () => {
  test.each([
    ["ruok", "imok"],
    ["isro", "null"],
    ["srvr", "This ZooKeeper instance is not currently serving requests\n"],
    ["mntr", "This ZooKeeper instance is not currently serving requests\n"],
  ])("%s is answered with %j", async (word, expected) => {
    under = await ServerUnderTest.start(
      { fourLetterWords: ["*"] },
      { leader: null, isLeader: false },
    );
    expect(await ask(word)).toBe(expected);
  });
});

test.each(["ruok", "mntr", "cons", "wchs"])(
  "%s is not answered unless the configuration lists it",
  async (word) => {
    under = await ServerUnderTest.start();
    expect(await ask(word)).toBe(`${word} is not executed because it is not in the whitelist.\n`);
  },
);

test("a word may come in pieces, and with more behind it", async () => {
  under = await ServerUnderTest.start();
  const client = await under.connect();
  for (const letter of "srvr") {
    client.raw(letter);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await client.text()).toContain("Mode: standalone");
  expect(await ask("srvr\n")).toContain("Mode: standalone");
});

test("a word is answered even if whoever asks has ended its side", async () => {
  under = await ServerUnderTest.start();
  const client = await under.connect();
  client.socket.end("srvr");
  expect(await client.text()).toContain("Mode: standalone");
});
