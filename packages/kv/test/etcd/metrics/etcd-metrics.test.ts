import type { GroupView } from "@quorate/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { etcdServices } from "../../../src/etcd/api/services.ts";
import { encodePut, encodeRange, encodeWatchCreate } from "../../../src/etcd/codec/index.ts";
import {
  EtcdMetrics,
  roundTripHistogram,
  walSyncHistogram,
  type PeerCounts,
} from "../../../src/etcd/metrics/index.ts";
import { CLUSTER_VERSION, SERVER_VERSION } from "../../../src/etcd/version.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { Field } from "../../../src/http2/hpack/field.ts";
import type { Histogram } from "../../../src/metrics/index.ts";
import { parseScrape, type ScrapedFamily } from "../../metrics/scraped.ts";
import { bytes, MemberUnderTest, SELF } from "../api/member-under-test.ts";
import { apply, compact } from "../apply/commands.ts";

const KV = "/etcdserverpb.KV";
let under: MemberUnderTest;
let walSync: Histogram;
let peers: Map<string, PeerCounts>;
let roundTrips: Map<string, Histogram>;
let metrics: EtcdMetrics;

function observe(options: { quotaBytes?: number | null; timed?: boolean } = {}): void {
  under = new MemberUnderTest(options);
  metrics = new EtcdMetrics({
    member: under.member,
    services: etcdServices(under.member),
    timed: options.timed ?? false,
    walSync,
    peers: { counts: () => peers, roundTrips: (peer) => roundTrips.get(peer) ?? null },
  });
}

beforeEach(() => {
  walSync = walSyncHistogram();
  peers = new Map();
  roundTrips = new Map();
  observe();
});

afterEach(() => metrics.stop());

async function scrape(): Promise<ReadonlyMap<string, ScrapedFamily>> {
  return parseScrape(await metrics.scrape());
}

/** The samples that are asked for; undefined for one that is not told. */
async function values(...ids: readonly string[]): Promise<Record<string, number | undefined>> {
  const families = await scrape();
  const all = new Map([...families.values()].flatMap(({ samples }) => [...samples]));
  return Object.fromEntries(ids.map((id) => [id, all.get(id)]));
}

test("a member tells who leads, and how often that changed", async () => {
  const told = (): Promise<unknown> =>
    values(
      "etcd_server_has_leader",
      "etcd_server_is_leader",
      "etcd_server_leader_changes_seen_total",
    ).then(Object.values);
  const become = (view: Partial<GroupView>): void => under.log.become(view);
  expect(await told()).toEqual([1, 1, 1]);
  become({ leader: "b", isLeader: false });
  become({ leader: "b", term: 3 });
  expect(await told()).toEqual([1, 0, 2]);
  become({ leader: null });
  expect(await told()).toEqual([0, 0, 2]);
  become({ leader: "b" });
  expect(await told()).toEqual([1, 0, 3]);
});

test("proposals and reads are told as they stand", async () => {
  const told = async (): Promise<readonly unknown[]> =>
    Object.values(
      await values(
        "etcd_server_proposals_committed_total",
        "etcd_server_proposals_applied_total",
        "etcd_server_proposals_pending",
        "etcd_server_proposals_failed_total",
        "etcd_server_read_indexes_failed_total",
      ),
    );
  under.log.become({ commit: 9, applied: 7 });
  under.begin(`${KV}/Put`, encodePut({ key: bytes("k") }));
  under.begin(`${KV}/Range`, encodeRange({ key: bytes("k") }));
  expect(await told()).toEqual([9, 7, 1, 0, 0]);
  under.fail("ERR_LEADER_CHANGED");
  expect(await told()).toEqual([9, 7, 0, 1, 1]);
});

test("the keyspace is told as it is, with what was done to it", async () => {
  under.ok(`${KV}/Put`, encodePut({ key: bytes("a"), value: bytes("1") }));
  under.ok(`${KV}/Put`, encodePut({ key: bytes("b"), value: bytes("1") }));
  under.ok(`${KV}/Range`, encodeRange({ key: bytes("a") }));
  const { bytes: size } = under.machine.store;
  expect(
    await values(
      "etcd_mvcc_put_total",
      "etcd_mvcc_range_total",
      "etcd_mvcc_delete_total",
      "etcd_mvcc_txn_total",
      "etcd_mvcc_db_total_size_in_bytes",
      "etcd_mvcc_db_total_size_in_use_in_bytes",
      "etcd_debugging_mvcc_keys_total",
      "etcd_debugging_mvcc_current_revision",
      "etcd_debugging_mvcc_compact_revision",
    ),
  ).toEqual({
    etcd_mvcc_put_total: 2,
    etcd_mvcc_range_total: 1,
    etcd_mvcc_delete_total: 0,
    etcd_mvcc_txn_total: 0,
    etcd_mvcc_db_total_size_in_bytes: size,
    etcd_mvcc_db_total_size_in_use_in_bytes: size,
    etcd_debugging_mvcc_keys_total: 2,
    etcd_debugging_mvcc_current_revision: 3,
    etcd_debugging_mvcc_compact_revision: -1,
  });
  apply(under.machine, compact(2));
  expect(await values("etcd_debugging_mvcc_compact_revision")).toEqual({
    etcd_debugging_mvcc_compact_revision: 2,
  });
});

test("leases are told as they come and go", async () => {
  for (const id of [1n, 2n]) apply(under.machine, { kind: "leaseGrant", id, ttlSeconds: 60 });
  apply(under.machine, { kind: "leaseRenew", ids: [1n] });
  apply(under.machine, { kind: "leaseRevoke", id: 2n });
  const told = {
    etcd_debugging_lease_granted_total: 2,
    etcd_debugging_lease_renewed_total: 1,
    etcd_debugging_lease_revoked_total: 1,
    etcd_debugging_server_lease_expired_total: 0,
    quorate_leases: 1,
  };
  expect(await values(...Object.keys(told))).toEqual(told);
});

test("watchers are told, with those that read too slowly", async () => {
  const told = async (): Promise<readonly unknown[]> =>
    Object.values(
      await values(
        "etcd_debugging_mvcc_watch_stream_total",
        "etcd_debugging_mvcc_watcher_total",
        "etcd_debugging_mvcc_slow_watcher_total",
        "etcd_debugging_mvcc_events_total",
      ),
    );
  const put = (key: string): unknown =>
    under.ok(`${KV}/Put`, encodePut({ key: bytes(key), value: bytes("1") }));
  const first = under.begin("/etcdserverpb.Watch/Watch");
  const second = under.begin("/etcdserverpb.Watch/Watch");
  for (const key of ["a", "b"]) first.send(encodeWatchCreate({ key: bytes(key) }));
  second.send(encodeWatchCreate({ key: bytes("a") }));
  for (const key of ["a", "b", "c"]) put(key);
  expect(await told()).toEqual([2, 3, 0, 3]);
  second.stall();
  for (let round = 0; round < 2; round++) put("a");
  expect(await told()).toEqual([2, 3, 1, 6]);
  second.drain();
  while (under.turn());
  expect(await told()).toEqual([2, 3, 0, 7]);
  second.cancel();
  expect(await told()).toEqual([1, 2, 0, 7]);
});

test("alarms, the quota and the member's names are told", async () => {
  metrics.stop();
  observe({ quotaBytes: 1_000_000 });
  apply(under.machine, { kind: "alarm", action: "activate", member: SELF, alarm: "noSpace" });
  const told = {
    [`etcd_debugging_server_alarms{server_id="${SELF}",alarm_type="NOSPACE"}`]: 1,
    etcd_server_quota_backend_bytes: 1_000_000,
    [`etcd_server_id{server_id="${SELF}"}`]: 1,
    [`etcd_server_version{server_version="${SERVER_VERSION}"}`]: 1,
    [`etcd_cluster_version{cluster_version="${CLUSTER_VERSION.slice(0, 3)}"}`]: 1,
    // The log's configuration does not name it.
    etcd_server_is_learner: 1,
  };
  expect(await values(...Object.keys(told))).toEqual(told);
  metrics.stop();
  observe({ quotaBytes: null });
  expect((await scrape()).has("etcd_server_quota_backend_bytes")).toBe(false);
});

test("what the health endpoints answered is told", async () => {
  await metrics.health.health(new Set(), true);
  await metrics.health.run("livez", ["serializable_read"]);
  const linearizable = metrics.health.run("readyz", ["linearizable_read"]);
  under.fail("ERR_NO_LEADER");
  await linearizable;
  const told = {
    etcd_server_health_success: 1,
    etcd_server_health_failures: 0,
    'etcd_server_healthcheck{type="livez",name="serializable_read"}': 1,
    'etcd_server_healthcheck{type="readyz",name="linearizable_read"}': 0,
    'etcd_server_healthchecks_total{type="livez",name="serializable_read",status="success"}': 1,
    'etcd_server_healthchecks_total{type="livez",name="serializable_read",status="error"}': 0,
    'etcd_server_healthchecks_total{type="readyz",name="linearizable_read",status="error"}': 1,
  };
  expect(await values(...Object.keys(told))).toEqual(told);
});

test("every method is told from the start, with each code, by its kind of call", async () => {
  const families = await scrape();
  const methods = metrics.calls.methods.size;
  expect(methods).toBeGreaterThan(40);
  expect(families.get("grpc_server_started_total")?.samples.size).toBe(methods);
  expect(families.get("grpc_server_handled_total")?.samples.size).toBe(17 * methods);
  expect(families.has("grpc_server_handling_seconds")).toBe(false);
  expect(families.has("etcd_server_client_requests_total")).toBe(false);
  const kinds = new Map(
    [...(families.get("grpc_server_started_total")?.samples.keys() ?? [])].map((id) => {
      const [, kind = "", service = "", method = ""] =
        /grpc_type="(\w+)",grpc_service="([\w.]+)",grpc_method="(\w+)"/.exec(id) ?? [];
      return [`${service}/${method}`, kind];
    }),
  );
  const streams = [...kinds].filter(([, kind]) => kind !== "unary");
  expect(Object.fromEntries(streams)).toEqual({
    "etcdserverpb.Watch/Watch": "bidi_stream",
    "etcdserverpb.Lease/LeaseKeepAlive": "bidi_stream",
    "etcdserverpb.Maintenance/Snapshot": "server_stream",
    "grpc.health.v1.Health/Watch": "server_stream",
    "v3electionpb.Election/Observe": "server_stream",
  });
});

test("calls are told by method and code, and by what clients say they are", async () => {
  metrics.stop();
  observe({ timed: true });
  const put = metrics.calls.of(`${KV}/Put`);
  put.started += 3;
  put.received(10);
  put.sent(4);
  put.over(STATUS.ok);
  put.over(STATUS.resourceExhausted);
  put.seconds?.observe(0.02);
  metrics.calls.of(`${KV}/Range`).received(5);
  metrics.calls.client("unary", [new Field("client-api-version", "3.6")]).calls++;
  const labels = 'grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Put"';
  const told = {
    [`grpc_server_started_total{${labels}}`]: 3,
    [`grpc_server_handled_total{${labels},grpc_code="OK"}`]: 1,
    [`grpc_server_handled_total{${labels},grpc_code="ResourceExhausted"}`]: 1,
    [`grpc_server_handled_total{${labels},grpc_code="Canceled"}`]: 0,
    [`grpc_server_msg_received_total{${labels}}`]: 1,
    [`grpc_server_msg_sent_total{${labels}}`]: 1,
    [`grpc_server_handling_seconds_bucket{${labels},le="0.01"}`]: 0,
    [`grpc_server_handling_seconds_bucket{${labels},le="0.025"}`]: 1,
    [`grpc_server_handling_seconds_count{${labels}}`]: 1,
    etcd_network_client_grpc_received_bytes_total: 15,
    etcd_network_client_grpc_sent_bytes_total: 4,
    'etcd_server_client_requests_total{type="unary",client_api_version="3.6"}': 1,
  };
  expect(await values(...Object.keys(told))).toEqual(told);
});

test("peers are told one by one, as far as they are known", async () => {
  const none = { isLinked: false, bytesSent: 0, bytesReceived: 0, failures: 3, losses: 0 };
  peers.set("b", { isLinked: true, bytesSent: 10, bytesReceived: 20, failures: 2, losses: 1 });
  peers.set("c", none);
  const seconds = roundTripHistogram();
  seconds.observe(0.0003);
  roundTrips.set("b", seconds);
  const pair = (peer: string): string => `{Local="${SELF}",Remote="${peer}"}`;
  const told = {
    etcd_network_known_peers: 2,
    [`etcd_network_active_peers${pair("b")}`]: 1,
    [`etcd_network_active_peers${pair("c")}`]: 0,
    [`etcd_network_disconnected_peers_total${pair("b")}`]: 1,
    'etcd_network_peer_sent_bytes_total{To="b"}': 10,
    'etcd_network_peer_received_bytes_total{From="b"}': 20,
    'etcd_network_peer_sent_failures_total{To="b"}': 2,
    'etcd_network_peer_sent_failures_total{To="c"}': 3,
    'etcd_network_peer_round_trip_time_seconds_bucket{To="b",le="0.0002"}': 0,
    'etcd_network_peer_round_trip_time_seconds_bucket{To="b",le="0.0004"}': 1,
    'etcd_network_peer_round_trip_time_seconds_count{To="c"}': undefined,
  };
  expect(await values(...Object.keys(told))).toEqual(told);
});

test("the disk, the process and Node are told", async () => {
  walSync.observe(0.003);
  const families = await scrape();
  const wal = families.get("etcd_disk_wal_fsync_duration_seconds")?.samples;
  expect(wal?.get('etcd_disk_wal_fsync_duration_seconds_bucket{le="0.002"}')).toBe(0);
  expect(wal?.get('etcd_disk_wal_fsync_duration_seconds_bucket{le="0.004"}')).toBe(1);
  expect(wal?.get('etcd_disk_wal_fsync_duration_seconds_bucket{le="8.192"}')).toBe(1);
  for (const name of ["process_resident_memory_bytes", "nodejs_heap_size_used_bytes"]) {
    expect(families.get(name)?.kind).toBe("gauge");
  }
});

test.runIf(process.platform === "linux")("descriptors have both names", async () => {
  const told = await values("os_fd_used", "os_fd_limit", "process_open_fds", "process_max_fds");
  expect(told["os_fd_used"]).toBeGreaterThan(2);
  expect(told["os_fd_used"]).toBe(told["process_open_fds"]);
  expect(told["os_fd_limit"]).toBe(told["process_max_fds"]);
});

test("the kinds are etcd's: what may jump back with a snapshot is a gauge there", async () => {
  const families = await scrape();
  const kindOf = (name: string): string | undefined => families.get(name)?.kind;
  expect(kindOf("etcd_server_proposals_committed_total")).toBe("gauge");
  expect(kindOf("etcd_server_proposals_applied_total")).toBe("gauge");
  expect(kindOf("etcd_server_proposals_failed_total")).toBe("counter");
  expect(kindOf("etcd_mvcc_put_total")).toBe("counter");
});

test("a member that stopped is not watched any more", async () => {
  metrics.stop();
  under.log.become({ leader: "b" });
  const changes = await values("etcd_server_leader_changes_seen_total");
  expect(changes).toEqual({ etcd_server_leader_changes_seen_total: 1 });
});
