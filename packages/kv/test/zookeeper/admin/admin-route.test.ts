import type { GroupView } from "@quorate/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OPCODE } from "../../../src/zookeeper/codec/index.ts";
import { adminRoute } from "../../../src/zookeeper/admin/index.ts";
import { create, frame, ping, read } from "../requests.ts";
import { ServerUnderTest } from "../server/server-under-test.ts";

let under: ServerUnderTest;

const SINCE = Date.UTC(2026, 10, 25, 9, 8, 20);
const OPTIONS = { wallNow: () => SINCE };

const VOTERS = ["1", "2", "3"];
const CONFIGURATION = {
  members: [...VOTERS, "4"].map((id) => ({ id, addresses: [] })),
  quorum: { kind: "majority", voters: VOTERS },
} as const;
const ENSEMBLE: Partial<GroupView> = {
  self: "1",
  leader: "1",
  configurations: { committed: CONFIGURATION, latest: CONFIGURATION },
  details: { zabState: "BROADCAST" },
  progress: new Map([
    ["2", { match: 1, state: "replicate", active: true }],
    ["4", { match: 1, state: "replicate", active: true }],
  ]),
};
const MEMBERSHIP = [
  "server.1=a:2881:3881:participant;a:2181",
  "server.2=b:2882:3882:participant",
  "server.3=c:2883:3883:participant",
  "server.4=d:2884:3884:observer",
  "version=0",
].join("\n");

async function text(path: string): Promise<string> {
  const endpoint = adminRoute("/commands", () => under.server.facts())(path);
  if (endpoint === undefined) return "not found";
  const { status, body } = await endpoint(new URLSearchParams());
  expect(status).toBe(200);
  return body;
}

/** With ids as texts: they have more bits than a number of JavaScript's. */
async function command(name: string): Promise<Record<string, unknown>> {
  const body = await text(`/commands/${name}`);
  return JSON.parse(body.replaceAll(/(?<=[:,[] )(-?\d{16,})/g, '"$1"')) as Record<string, unknown>;
}

afterEach(() => under.close());

describe("a server by itself", () => {
  beforeEach(async () => {
    under = await ServerUnderTest.start(OPTIONS);
    const client = await under.open();
    client.send(create(1, "/e", { flags: 1 }));
    await under.proposed(1);
    under.clock.now += 3;
    under.commit();
    await client.reply();
    client.send(read(2, OPCODE.getData, "/e", true), read(3, OPCODE.exists, "/nope", true), ping);
    await client.replies(3);
    under.server.tick();
  });

  const SESSION = "72057594037927937";

  test("lists its commands as links, at the URL and below it", async () => {
    const page = await text("/commands");
    const links = [...page.matchAll(/^<a href="\/commands\/(\w+)">\1<\/a>\n<br\/>\n/gm)];
    const names = links.map(([, name]) => name);
    expect(names).toEqual(
      (
        "configuration connection_stat_reset connections dirs dump environment get_trace_mask hash " +
        "initial_configuration is_read_only last_snapshot leader monitor observer_connection_stat_reset " +
        "observers restore ruok server_stats set_trace_mask snapshot stat_reset stats " +
        "system_properties voting_view watch_summary watches watches_by_path zabstate"
      ).split(" "),
    );
    expect(await text("/commands/")).toBe(page);
    expect(await text("/command")).toBe("not found");
    expect(await text("/")).toBe("not found");
  });

  test.each([
    ["configuration", "conf config"],
    ["connection_stat_reset", "crst"],
    ["connections", "cons"],
    ["environment", "env envi"],
    ["get_trace_mask", "gtmk"],
    ["initial_configuration", "icfg"],
    ["is_read_only", "isro"],
    ["last_snapshot", "lsnp"],
    ["leader", "lead"],
    ["monitor", "mntr"],
    ["observer_connection_stat_reset", "orst"],
    ["observers", "obsr"],
    ["restore", "rest"],
    ["server_stats", "srvr"],
    ["set_trace_mask", "stmk"],
    ["snapshot", "snap"],
    ["stat_reset", "srst"],
    ["stats", "stat"],
    ["system_properties", "sysp"],
    ["watch_summary", "wchs"],
    ["watches", "wchc"],
    ["watches_by_path", "wchp"],
  ])("answers %s under its short names %s, too", async (name, aliases) => {
    for (const alias of [name, ...aliases.split(" ")]) {
      expect((await command(alias))["command"]).toBe(name);
    }
  });

  test.each([
    ["ruok", {}],
    ["is_read_only", { read_only: false }],
    ["connection_stat_reset", {}],
    ["stat_reset", {}],
    ["dirs", { datadir_size: 0, logdir_size: 0 }],
    ["get_trace_mask", { tracemask: 0 }],
    ["voting_view", { current_config: {} }],
    ["zabstate", { voting: false, zabstate: "" }],
    ["observers", { synced_observers: 0, observers: [] }],
    ["watch_summary", { num_connections: 1, num_paths: 2, num_total_watches: 2 }],
    ["watches", { session_id_to_watched_paths: { [SESSION]: ["/e", "/nope"] } }],
    ["watches_by_path", { path_to_session_ids: { "/e": [SESSION], "/nope": [SESSION] } }],
  ])("answers %s", async (name, fields) => {
    expect(await command(name)).toEqual({ ...fields, command: name, error: null });
  });

  test("answers configuration", async () => {
    expect(await command("configuration")).toEqual({
      client_port: under.server.addresses[0]?.port,
      data_dir: "",
      data_log_dir: "",
      tick_time: 100,
      max_client_cnxns: 60,
      min_session_timeout: 200,
      max_session_timeout: 2000,
      server_id: 1,
      client_port_listen_backlog: -1,
      command: "configuration",
      error: null,
    });
  });

  test("answers connections, in whole numbers of 64 bits", async () => {
    const body = await text("/commands/connections");
    expect(body.replace(/127\.0\.0\.1:\d+/, "1.2.3.4:5")).toBe(
      [
        "{",
        '  "connections" : [ {',
        '    "remote_socket_address" : "1.2.3.4:5",',
        '    "interest_ops" : 1,',
        '    "outstanding_requests" : 0,',
        '    "packets_received" : 5,',
        '    "packets_sent" : 5,',
        `    "session_id" : ${SESSION},`,
        '    "last_operation" : "PING",',
        `    "established" : ${SINCE},`,
        '    "session_timeout" : 2000,',
        '    "last_cxid" : 3,',
        '    "last_zxid" : 8589934594,',
        '    "last_response_time" : 50003,',
        '    "last_latency" : 0,',
        '    "min_latency" : 0,',
        '    "avg_latency" : 1,',
        '    "max_latency" : 3',
        "  } ],",
        '  "secure_connections" : [ ],',
        '  "command" : "connections",',
        '  "error" : null',
        "}",
      ].join("\n"),
    );
  });

  test("answers dump", async () => {
    expect(await command("dump")).toEqual({
      expiry_time_to_session_ids: { 52_100: [SESSION] },
      session_id_to_ephemeral_paths: { [SESSION]: ["/e"] },
      command: "dump",
      error: null,
    });
  });

  test("answers server_stats, and stats with the connections", async () => {
    const stats = await command("server_stats");
    expect(stats).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+-quorate$/),
      read_only: false,
      server_stats: {
        packets_sent: 5,
        packets_received: 5,
        data_dir_size: 0,
        log_dir_size: 0,
        server_state: "standalone",
        last_processed_zxid: 8_589_934_594,
        outstanding_requests: 0,
        avg_latency: 0.6,
        max_latency: 3,
        min_latency: 0,
        num_alive_client_connections: 1,
        uptime: 3,
        auth_failed_count: 0,
      },
      client_response: { last_buffer_size: 16, min_buffer_size: 16 },
      node_count: 6,
      command: "server_stats",
      error: null,
    });
    expect(await command("stats")).toMatchObject({
      ...stats,
      connections: [{ interest_ops: 1, packets_received: 5 }],
      secure_connections: [],
      command: "stats",
    });
  });

  test("resets what it counts", async () => {
    const { ensemble } = under.server.facts();
    ensemble.looking(0);
    await command("stat_reset");
    expect(ensemble.lookings).toBe(0);
    await command("connection_stat_reset");
    expect(await command("stats")).toMatchObject({
      server_stats: { packets_sent: 0, packets_received: 0, max_latency: 0 },
      connections: [{ packets_received: 0, packets_sent: 0 }],
    });
  });

  test("answers monitor as mntr, without the prefix", async () => {
    expect(await command("monitor")).toMatchObject({
      server_state: "standalone",
      ephemerals_count: 1,
      avg_latency: 0.6,
      znode_count: 6,
      quorum_size: 1,
      cnt_updatelatency: 2,
      tree_digest: under.machine.tree.digest,
      command: "monitor",
      error: null,
    });
    expect(await text("/commands/monitor")).toContain('"avg_updatelatency" : 1.5,\n');
  });

  test("answers last_snapshot", async () => {
    const { ensemble } = under.server.facts();
    const fields = async () => {
      const { zxid, timestamp } = await command("lsnp");
      return [zxid, timestamp];
    };
    expect(await fields()).toEqual(["ffffffffffffffff", -1]);
    ensemble.lastSnapshot = { zxid: 0x2_0000_000a, takenAt: null };
    expect(await fields()).toEqual(["20000000a", -1]);
    ensemble.lastSnapshot = { zxid: 0x2_0000_000a, takenAt: SINCE + 999 };
    expect(await fields()).toEqual(["20000000a", SINCE / 1000]);
  });

  test("answers hash and environment", async () => {
    expect(await command("hash")).toMatchObject({
      digests: [{ zxid: 8_589_934_594, digest: under.machine.tree.digest }],
    });
    expect(await command("environment")).toMatchObject({ "node.version": process.version });
  });

  test.each([
    ["leader", "server is not initialized"],
    ["set_trace_mask", "Nothing can be traced here: the mask stays 0"],
    ["system_properties", expect.stringContaining("no JVM")],
    ["initial_configuration", expect.stringContaining("ask for configuration")],
    ["observer_connection_stat_reset", expect.any(String)],
    ["snapshot", expect.any(String)],
    ["restore", expect.any(String)],
    ["nope", "Unknown command: nope"],
    ["conf/", "Unknown command: conf/"],
    ["constructor", "Unknown command: constructor"],
  ])("says in the answer what is wrong with %s", async (name, error) => {
    expect(await command(name)).toEqual({ command: name, error });
  });
});

describe("a server of an ensemble", () => {
  const start = (view: Partial<GroupView> = {}) =>
    ServerUnderTest.start({ ...OPTIONS, membership: MEMBERSHIP }, { ...ENSEMBLE, ...view });

  test("names the leader", async () => {
    under = await start();
    const fields = { is_leader: true, leader_id: 1, leader_ip: "a" };
    expect(await command("leader")).toEqual({ ...fields, command: "leader", error: null });
    under.log.become({ isLeader: false, leader: "3" });
    expect(await command("lead")).toMatchObject({ is_leader: false, leader_id: 3, leader_ip: "c" });
  });

  test("names the observers that are up to date", async () => {
    under = await start();
    expect(await command("observers")).toMatchObject({
      synced_observers: 1,
      observers: [{ remote_socket_address: "/d:2884", sid: 4 }],
    });
  });

  test("names the voters", async () => {
    under = await start();
    const { current_config: config } = await command("voting_view");
    expect(Object.keys(config as object)).toEqual(["1", "2", "3"]);
    expect(config).toMatchObject({
      1: {
        server_addresses: ["a:2881"],
        election_addresses: ["a:3881"],
        client_address: "a:2181",
        learner_type: "participant",
      },
      2: { client_address: "" },
    });
  });

  test("tells how ZAB stands", async () => {
    under = await start();
    await under.open();
    expect(await command("zabstate")).toEqual({
      myid: 1,
      is_leader: true,
      quorum_address: { all_addresses: ["a:2881"], one: "a:2881" },
      election_address: { all_addresses: ["a:3881"], one: "a:3881" },
      client_address: "a:2181",
      voting: true,
      last_zxid: "0x200000001",
      zab_epoch: 2,
      zab_counter: 1,
      zabstate: "broadcast",
      command: "zabstate",
      error: null,
    });
  });
});

test("a server that serves nobody says so, but for what needs no state", async () => {
  under = await ServerUnderTest.start(OPTIONS, { leader: null, isLeader: false });
  const error = "This ZooKeeper instance is not currently serving requests";
  for (const name of ["ruok", "monitor", "configuration", "watches", "leader"]) {
    expect(await command(name)).toEqual({ command: name, error });
  }
  expect(await command("environment")).toMatchObject({ error: null });
  expect(await command("zabstate")).toMatchObject({ voting: false, zabstate: "", error: null });
  expect(await command("get_trace_mask")).toMatchObject({ tracemask: 0, error: null });
  expect(await command("nope")).toMatchObject({ error: "Unknown command: nope" });
});

test("a server that serves only readers says so", async () => {
  under = await ServerUnderTest.start(
    { ...OPTIONS, readOnlyMode: true, membership: MEMBERSHIP },
    { ...ENSEMBLE, leader: null, isLeader: false },
  );
  under.pass(3_000);
  expect(await command("is_read_only")).toMatchObject({ read_only: true, error: null });
  expect(await command("server_stats")).toMatchObject({
    read_only: true,
    server_stats: { server_state: "read-only" },
  });
  expect(await command("monitor")).toMatchObject({ server_state: "read-only" });
  expect(await command("zabstate")).toMatchObject({ voting: false, zabstate: "" });
  expect(await command("voting_view")).toMatchObject({ current_config: {} });
  expect(await command("leader")).toMatchObject({ error: "server is not initialized" });
});

test("too many sessions are counted, but not listed", async () => {
  under = await ServerUnderTest.start(OPTIONS);
  for (let birth = 1; birth <= 100_001; birth++) {
    const id = { sid: 1, birth };
    const password = new Uint8Array(16);
    const session = { id, password, timeoutMillis: 1_000, attachment: birth, sequence: 0 };
    under.machine.sessions.add(session);
  }
  const error =
    "There are 100001 sessions and ephemeral nodes, and no more than 100000 are listed at once";
  expect(await command("dump")).toEqual({ command: "dump", error });
});

test("too many watches are counted, but not listed", async () => {
  under = await ServerUnderTest.start(OPTIONS);
  const [one, two] = [await under.open(), await under.open()];
  for (const client of [one, two]) {
    client.send(
      frame(1, OPCODE.setWatches, (writer) => {
        writer.long(1).int(0).int(50_001);
        for (let i = 0; i < 50_001; i++) writer.ustring(`/nope/${i}`);
        writer.int(0);
      }),
    );
    await client.reply();
  }
  const error = "There are 100002 watches, and no more than 100000 are listed at once";
  for (const name of ["watches", "watches_by_path"]) {
    expect(await command(name)).toEqual({ command: name, error });
  }
  expect(await command("watch_summary")).toMatchObject({ num_total_watches: 100_002 });
});
