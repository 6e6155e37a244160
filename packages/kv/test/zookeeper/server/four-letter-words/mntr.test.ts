import { afterEach, describe, expect, test } from "vitest";
import { OPCODE } from "../../../../src/zookeeper/codec/index.ts";
import { EnsembleStats } from "../../../../src/zookeeper/metrics/index.ts";
import { bytes, create, frame, getData, ping, read, setData } from "../../requests.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { ask } from "./asking.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

async function values(): Promise<ReadonlyMap<string, string>> {
  const lines = (await ask(under, "mntr")).trimEnd().split("\n");
  return new Map(lines.map((line) => line.split("\t") as [string, string]));
}

/** Of those that are asked for. */
function among(all: ReadonlyMap<string, string>, names: readonly string[]): unknown {
  return Object.fromEntries(names.map((name) => [name, all.get(`zk_${name}`)]));
}

test("a server tells how its clients fare", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  const client = await under.open();
  client.send(create(1, "/a", { data: null }));
  await under.proposed(1);
  under.clock.now += 4;
  under.commit();
  await client.reply();
  client.send(getData(2, "/a"));
  await client.reply();
  const all = await values();
  expect(all.get("zk_version")).toMatch(/^\d+\.\d+\.\d+-quorate$/);
  expect(all.get("zk_tree_digest")).toBe(under.machine.tree.digest);
  const expected = {
    server_state: "standalone",
    peer_state: undefined,
    ephemerals_count: "0",
    num_alive_connections: "2",
    avg_latency: "1.3333",
    min_latency: "0",
    max_latency: "4",
    outstanding_requests: "0",
    znode_count: "6",
    watch_count: "0",
    global_sessions: "1",
    local_sessions: "0",
    packets_sent: "3",
    packets_received: "4",
    // A connect request, a create, a getData and the word.
    bytes_received_count: String(45 + 4 + 45 + 4 + 19 + 4 + 4),
    approximate_data_size: "46",
    uptime: "4",
    connection_request_count: "1",
    connection_revalidate_count: "0",
    auth_failed_count: "0",
    avg_updatelatency: "2.0",
    max_updatelatency: "4",
    cnt_updatelatency: "2",
    sum_updatelatency: "4",
    p50_updatelatency: "0",
    p999_updatelatency: "4",
    avg_readlatency: "0.0",
    cnt_readlatency: "1",
    quorum_size: "1",
    learners: undefined,
    last_zxid: "0x200000002",
    role: "leader",
    epoch: "2",
  };
  expect(among(all, Object.keys(expected))).toEqual(expected);
});

test.runIf(process.platform === "linux")("the process's file descriptors are told", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  const all = await values();
  const [open, most] = [
    all.get("zk_open_file_descriptor_count"),
    all.get("zk_max_file_descriptor_count"),
  ];
  expect(Number(open)).toBeGreaterThan(2);
  expect(Number(most)).toBeGreaterThan(Number(open));
});

test("replies and notifications are told by their sizes, until srst", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  const client = await under.open();
  client.send(read(1, OPCODE.getData, "/zookeeper", true), ping);
  await client.replies(2);
  const node = under.machine.tree.find("/zookeeper");
  client.send(setData(2, "/zookeeper", bytes("x")));
  await under.proposed(1);
  under.commit();
  await client.replies(2);
  expect(node?.version).toBe(1);
  const names = [
    "last_client_response_size",
    "max_client_response_size",
    "min_client_response_size",
  ];
  const sizes = {
    last_client_response_size: String(16 + 68),
    max_client_response_size: String(16 + 4 + 68),
    min_client_response_size: String(16),
    watch_bytes: String(16 + 8 + 4 + "/zookeeper".length),
  };
  expect(among(await values(), [...names, "watch_bytes"])).toEqual(sizes);
  await ask(under, "srst");
  expect(among(await values(), [...names, "watch_bytes"])).toEqual({
    last_client_response_size: "-1",
    max_client_response_size: "-1",
    min_client_response_size: "-1",
    watch_bytes: "0",
  });
});

test("what goes wrong with clients is counted", async () => {
  under = await ServerUnderTest.start({
    fourLetterWords: ["*"],
    limits: { frameBytesMax: 1_000, watchesPerConnection: 1 },
  });
  const client = await under.open();
  client.send(bytes("x".repeat(2_000)));
  await client.closed();
  const liar = await under.open();
  liar.send(frame(-4, OPCODE.auth, (writer) => writer.int(0).ustring("nobody").buffer(null)));
  await liar.closed();
  const watcher = await under.open();
  watcher.send(read(1, OPCODE.exists, "/a", true), read(2, OPCODE.exists, "/b", true));
  await watcher.replies(2);
  const idle = await under.connect();
  under.pass(20_000);
  await idle.closed();
  under.log.become({ leader: null, isLeader: false });
  const early = await under.connect();
  early.greet();
  await early.closed();
  under.log.become({ leader: "a1", isLeader: true });
  const expected = {
    throttled_ops: "1",
    large_requests_rejected: "1",
    auth_failed_count: "1",
    sessionless_connections_expired: "1",
    cnxn_closed_without_zk_server_running: "1",
    connection_request_count: "4",
  };
  expect(among(await values(), Object.keys(expected))).toEqual(expected);
});

test("what is beside the order of a client's requests has no latency, as in ZooKeeper", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  const first = await under.connect();
  first.greet();
  await under.proposed(1);
  under.commit();
  const { session, password } = await first.welcome();
  first.send(
    frame(-4, OPCODE.auth, (writer) => writer.int(0).ustring("digest").buffer(bytes("a:b"))),
    frame(1, 999),
  );
  await first.replies(2);
  await first.closed();
  const second = await under.connect();
  second.greet({ session, password });
  await under.proposed(1);
  under.commit();
  await second.welcome();
  const expected = {
    cnt_updatelatency: "1", // the session
    cnt_readlatency: "0",
    connection_request_count: "2",
    connection_revalidate_count: "1",
  };
  expect(among(await values(), Object.keys(expected))).toEqual(expected);
});

test("clients that are left unread for a while are counted", async () => {
  const limits = { outstandingPerConnection: 1 };
  under = await ServerUnderTest.start({ fourLetterWords: ["*"], limits });
  const client = await under.open();
  client.send(create(1, "/a"), create(2, "/b"));
  await under.proposed(1);
  under.commit();
  await under.proposed(1);
  under.commit();
  await client.replies(2);
  expect(among(await values(), ["request_throttle_wait_count"])).toEqual({
    request_throttle_wait_count: "1",
  });
});

test("srst resets what is counted of the ensemble, too", async () => {
  const ensembleStats = new EnsembleStats(0);
  ensembleStats.looking(0);
  ensembleStats.proposalSizes.observe(7);
  under = await ServerUnderTest.start({ fourLetterWords: ["*"], ensembleStats });
  expect(among(await values(), ["looking_count"])).toEqual({ looking_count: "1" });
  await ask(under, "srst");
  expect(among(await values(), ["looking_count"])).toEqual({ looking_count: "0" });
  expect(ensembleStats.proposalSizes.last).toBe(-1);
});

test("a leader counts the sessions that it lets expire", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  await under.open({ timeoutMillis: 1_000 });
  under.pass(1_500);
  await under.proposed(1);
  under.commit();
  expect(among(await values(), ["stale_sessions_expired", "global_sessions"])).toEqual({
    stale_sessions_expired: "1",
    global_sessions: "0",
  });
});

describe("a member of an ensemble says what it is", () => {
  const voters = ["1", "2", "3"];
  const configuration = {
    members: [...voters, "4"].map((id) => ({ id, addresses: [] })),
    quorum: { kind: "majority", voters },
  } as const;
  const configurations = { committed: configuration, latest: configuration };
  const NAMES = ["server_state", "peer_state", "observer_master_id", "quorum_size"];

  test.each([
    ["leader", "leading - broadcast", undefined, { self: "1", isLeader: true, leader: "1" }],
    ["follower", "following - broadcast", undefined, { self: "1", isLeader: false, leader: "2" }],
    ["observer", "observing - broadcast", "2", { self: "4", isLeader: false, leader: "2" }],
  ] as const)("%s", async (mode, peerState, master, view) => {
    under = await ServerUnderTest.start({ fourLetterWords: ["*"] }, { configurations, ...view });
    expect(await ask(under, "srvr")).toContain(`Mode: ${mode}\n`);
    expect(among(await values(), NAMES)).toEqual({
      server_state: mode,
      peer_state: peerState,
      observer_master_id: master,
      quorum_size: "3",
    });
  });

  test("and the leader what it knows of the others", async () => {
    const peer = (state: "replicate" | "snapshot", active: boolean) =>
      ({ match: 1, state, active }) as const;
    const progress = new Map([
      ["2", peer("replicate", true)],
      ["3", peer("replicate", false)],
      ["4", peer("snapshot", true)],
    ]);
    const ensembleStats = new EnsembleStats(0);
    for (const size of [9, 7, 8]) ensembleStats.proposalSizes.observe(size);
    under = await ServerUnderTest.start(
      { fourLetterWords: ["mntr"], ensembleStats },
      { self: "1", leader: "1", configurations, progress },
    );
    expect(await ask(under, "srvr")).toMatch(/\nProposal sizes last\/min\/max: 8\/7\/9\n$/);
    under.clock.now += 70;
    const expected = {
      learners: "2",
      synced_followers: "1",
      synced_non_voting_followers: "0",
      synced_observers: "0",
      pending_syncs: "1",
      last_proposal_size: "8",
      max_proposal_size: "9",
      min_proposal_size: "7",
    };
    expect(among(await values(), Object.keys(expected))).toEqual(expected);
  });
});

test("what the protocol tells of itself comes under its own names", async () => {
  under = await ServerUnderTest.start(
    { fourLetterWords: ["mntr"] },
    { details: { zabState: "BROADCAST", syncMode: null } },
  );
  const all = await values();
  expect(all.get("zk_zab_state")).toBe("BROADCAST");
  expect(all.has("zk_sync_mode")).toBe(false);
});
