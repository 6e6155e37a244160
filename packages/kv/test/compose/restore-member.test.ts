import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EtcdClient } from "../../src/client/index.ts";
import {
  connect,
  inspectSnapshot,
  prefix,
  restoreMember,
  startMember,
  type InitialMember,
  type RestoreOptions,
} from "../../src/index.ts";
import { hasEtcd, RealEtcd, SKIPPED } from "../client/real-etcd.ts";
import { freePorts } from "./free-ports.ts";

const TIMEOUT_MILLIS = 30_000;

let directory = "";
let closings: (() => Promise<void>)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorate-restore-"));
});

afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
  await rm(directory, { recursive: true, force: true });
});

interface Cluster {
  readonly members: readonly InitialMember[];
  readonly token: string;
}

async function clusterOf(size: number, token: string): Promise<Cluster> {
  const ports = await freePorts(size);
  const members = ports.map((port, i) => {
    return { name: `${token}${i}`, peerUrls: [`http://127.0.0.1:${port}`] };
  });
  return { members, token };
}

const dataDir = (name: string): string => join(directory, name);

/** Starts every member of a cluster on whatever its directory holds; a client of each. */
async function start({ members, token }: Cluster): Promise<readonly EtcdClient[]> {
  const running = await Promise.all(
    members.map(({ name, peerUrls }) =>
      startMember({
        name,
        dataDir: dataDir(name),
        listenPeerUrls: peerUrls,
        listenClientUrls: ["http://127.0.0.1:0"],
        initialCluster: members,
        initialClusterToken: token,
        heartbeatMillis: 20,
        electionMillis: 200,
      }),
    ),
  );
  closings.push(...running.map((member) => () => member.close()));
  await Promise.all(running.map((member) => member.ready()));
  return running.map((member) => {
    const client = connect({ endpoints: member.clientAddresses });
    closings.push(async () => client.close());
    return client;
  });
}

async function stop(): Promise<void> {
  await Promise.all(closings.splice(0).map((close) => close()));
}

function first(clients: readonly EtcdClient[]): EtcdClient {
  const [client] = clients;
  if (client === undefined) throw new Error("nobody runs");
  return client;
}

async function save(client: EtcdClient): Promise<string> {
  const path = join(directory, "backup");
  const blobs: Uint8Array[] = [];
  for await (const { blob } of client.maintenance.snapshot()) blobs.push(blob);
  await writeFile(path, Buffer.concat(blobs));
  return path;
}

function restoring(snapshot: string, { members, token }: Cluster, which = 0): RestoreOptions {
  const name = members[which]?.name ?? "";
  return {
    snapshot,
    name,
    dataDir: dataDir(name),
    initialCluster: members,
    initialClusterToken: token,
  };
}

async function hashes(clients: readonly EtcdClient[]): Promise<readonly number[]> {
  // A linearizable read first: each has then applied everything.
  await Promise.all(clients.map((client) => client.get("k")));
  return Promise.all(clients.map(async (client) => (await client.maintenance.hashKv()).hash));
}

/** A lone member with some keys of which some are gone, and its snapshot. */
async function saved(): Promise<{
  readonly path: string;
  readonly hash: number;
  revision: number;
}> {
  const clients = await start(await clusterOf(1, "old"));
  const client = first(clients);
  for (let i = 0; i < 30; i++) await client.put(`k${i % 10}`, `v${i}`);
  await client.delete("k3");
  await client.compact(20);
  const path = await save(client);
  const [hash = 0] = await hashes(clients);
  const { revision } = await client.range("k");
  await stop();
  return { path, hash, revision };
}

describe("a cluster restored from one file", { timeout: TIMEOUT_MILLIS }, () => {
  test("holds what was there, on every member, and goes on from it", async () => {
    const { path, hash, revision } = await saved();
    const cluster = await clusterOf(3, "new");
    const restored = await Promise.all(
      [0, 1, 2].map((i) => restoreMember(restoring(path, cluster, i))),
    );
    expect(restored.map((member) => member.revision)).toEqual([revision, revision, revision]);
    const clients = await start(cluster);
    const client = first(clients);
    expect(await hashes(clients)).toEqual([hash, hash, hash]);
    const { kvs } = await client.getAll(prefix("k"));
    expect(kvs.map(({ key }) => String(Buffer.from(key)))).toEqual([
      "k0",
      "k1",
      "k2",
      "k4",
      "k5",
      "k6",
      "k7",
      "k8",
      "k9",
    ]);
    await expect(client.get("k1", { revision: 19 })).rejects.toMatchObject({ reason: "compacted" });
    expect((await client.get("k1", { revision: 25 }))?.modRevision).toBe(23);
    expect((await client.put("k3", "again")).revision).toBe(revision + 1);
    const { members } = await client.maintenance.memberList();
    expect(members.map(({ id }) => id.toString(16)).sort()).toEqual(
      restored.map(({ id }) => id).sort(),
    );
    await expect
      .poll(async () => {
        const list = await client.maintenance.memberList();
        return list.members.map(({ name }) => name).sort();
      })
      .toEqual(["new0", "new1", "new2"]);
    await stop();
    // And once more, from what it has written itself.
    const again = await start(cluster);
    expect(new Set(await hashes(again)).size).toBe(1);
    expect((await first(again).get("k3"))?.version).toBe(1);
  });

  test("counts as compacted up to a revision that was bumped", async () => {
    const { path, revision } = await saved();
    const cluster = await clusterOf(1, "new");
    await restoreMember({ ...restoring(path, cluster), bumpRevision: 1000 });
    const client = first(await start(cluster));
    expect((await client.range("k")).revision).toBe(revision + 1000);
    const compacted = { reason: "compacted" };
    await expect(client.get("k1", { revision })).rejects.toMatchObject(compacted);
    await expect(client.get("k1", { revision: revision + 999 })).rejects.toMatchObject(compacted);
    expect((await client.get("k1"))?.modRevision).toBe(23);
    expect((await client.put("k1", "x")).revision).toBe(revision + 1001);
  });

  test("brings a member up that begins with nothing and the same flags", async () => {
    const { path } = await saved();
    const cluster = await clusterOf(3, "new");
    await Promise.all([0, 1].map((i) => restoreMember(restoring(path, cluster, i))));
    const clients = await start(cluster);
    // It gets what the others have, and takes nothing away from them.
    expect(new Set(await hashes(clients)).size).toBe(1);
    expect((await first(clients).get("k1"))?.version).toBe(3);
  });
});

describe("a file", { timeout: TIMEOUT_MILLIS }, () => {
  test("is told of, checked to the last byte, and refused when any of them is another", async () => {
    const { path, revision } = await saved();
    const { size } = await stat(path);
    expect(size % 512).toBe(32);
    expect(await inspectSnapshot(path)).toMatchObject({
      revision,
      compacted: 20,
      leases: 0,
      hash: expect.any(Number),
    });
    const whole = await readFile(path);
    const cluster = await clusterOf(1, "new");
    for (const at of [20, 600, size - 300, size - 1]) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
      for (const look of [inspectSnapshot(path), restoreMember(restoring(path, cluster))]) {
        await expect(look, `byte ${at}`).rejects.toMatchObject({ code: "ERR_STORAGE_CORRUPT" });
      }
    }
    for (const length of [16, 511, 513, size - 32, size - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expect(inspectSnapshot(path), `${length} bytes`).rejects.toMatchObject({
        code: length < 17 ? "ERR_STORAGE_FOREIGN" : "ERR_STORAGE_CORRUPT",
      });
    }
    expect(await readdir(directory)).not.toContain("new0");
  });

  test("without its hash is taken when nobody insists", async () => {
    const { path } = await saved();
    const whole = await readFile(path);
    const cluster = await clusterOf(1, "new");
    await writeFile(path, whole.subarray(0, -32));
    const refused = /is damaged: its hash is missing/;
    await expect(restoreMember(restoring(path, cluster))).rejects.toThrow(refused);
    await restoreMember({ ...restoring(path, cluster), skipHashCheck: true });
    expect((await first(await start(cluster)).get("k1"))?.version).toBe(3);
  });

  test("of something else is refused", async () => {
    const path = join(directory, "file");
    await writeFile(path, Buffer.alloc(5000, 1));
    await expect(inspectSnapshot(path)).rejects.toMatchObject({ code: "ERR_STORAGE_FOREIGN" });
    await expect(inspectSnapshot(path)).rejects.toThrow(/file is no snapshot/);
  });

  test("that is not there is named", async () => {
    const path = join(directory, "nothing");
    await expect(inspectSnapshot(path)).rejects.toMatchObject({ code: "ERR_CONFIGURATION" });
    await expect(inspectSnapshot(path)).rejects.toThrow(/nothing cannot be read: ENOENT/);
  });
});

test("a directory that holds anything is refused, and so are options that do not fit", async () => {
  const { path } = await saved();
  const cluster = await clusterOf(1, "new");
  const options = restoring(path, cluster);
  await restoreMember(options);
  await expect(restoreMember(options)).rejects.toMatchObject({ code: "ERR_STORAGE_FOREIGN" });
  const other = { ...options, dataDir: dataDir("other") };
  const refused = { code: "ERR_CONFIGURATION" };
  await expect(restoreMember({ ...other, name: "nobody" })).rejects.toMatchObject(refused);
  for (const bumpRevision of [0, -1, 1.5, 1e13]) {
    await expect(restoreMember({ ...other, bumpRevision })).rejects.toMatchObject(refused);
  }
  expect(await readdir(directory)).not.toContain("other");
});

describe.skipIf(!hasEtcd)(`between etcd and Quorate${SKIPPED}`, { timeout: 60_000 }, () => {
  async function fromEtcd(act: (client: EtcdClient) => Promise<void>): Promise<string> {
    const etcd = await RealEtcd.start();
    const client = connect({ endpoints: etcd.endpoints });
    closings.push(
      async () => client.close(),
      () => etcd.close(),
    );
    await act(client);
    return save(client);
  }

  test("a snapshot of etcd's is restored with its history and leases", async () => {
    let hash = 0;
    const path = await fromEtcd(async (client) => {
      for (let i = 0; i < 30; i++) await client.put(`k${i % 10}`, `v${i}`);
      const { id } = await client.leases.grant(1000);
      await client.put("leased", "x", { lease: id });
      await client.delete("k3");
      await client.compact(20);
      ({ hash } = await client.maintenance.hashKv());
    });
    const cluster = await clusterOf(1, "new");
    expect(await restoreMember(restoring(path, cluster))).toMatchObject({ revision: 33 });
    const client = first(await start(cluster));
    expect((await client.get("k1"))?.version).toBe(3);
    await expect(client.get("k1", { revision: 19 })).rejects.toMatchObject({ reason: "compacted" });
    expect((await client.get("k3", { revision: 25 }))?.text).toBe("v23");
    const [lease = 0n] = await client.leases.list();
    const standing = await client.leases.timeToLive(lease, { keys: true });
    expect(standing?.grantedSeconds).toBe(1000);
    expect(standing?.keys.map((key) => String(Buffer.from(key)))).toEqual(["leased"]);
    expect((await client.maintenance.hashKv()).hash).toBe(hash);
  });
});
