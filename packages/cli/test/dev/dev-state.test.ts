import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DevOutput, readyText } from "../../src/dev/dev-output.ts";
import { readDevState, writeDevState, type DevState } from "../../src/dev/dev-state.ts";
import { etcdService } from "../../src/dev/etcd-service.ts";
import { choosePorts, portsFrom, refuseShared } from "../../src/dev/ports.ts";
import { zooKeeperService } from "../../src/dev/zookeeper-service.ts";
import { fakeTerminal } from "../fake-terminal.ts";

const directory = mkdtempSync(join(tmpdir(), "quorate-dev-"));
afterAll(() => rmSync(directory, { recursive: true }));

const STATE: DevState = {
  version: 2,
  token: "dev-1",
  supervisor: null,
  members: [{ name: "m1", ports: { etcd: { client: 2379, peer: 2479 } }, pid: 7 }],
};

/** As it was written before members could serve both kinds of clients. */
const EARLIER = {
  version: 1,
  token: "dev-1",
  supervisor: null,
  members: [{ name: "m1", clientPort: 2379, peerPort: 2479, pid: 7 }],
};

test("the state is read as it was written, and nothing else is left beside it", () => {
  const dataDir = join(directory, "new");
  expect(readDevState(dataDir)).toBe(null);
  writeDevState(dataDir, STATE);
  expect(readDevState(dataDir)).toEqual(STATE);
  expect(readdirSync(dataDir)).toEqual(["dev.json"]);
});

function write(text: string): void {
  writeFileSync(join(directory, "dev.json"), text);
}

test("earlier states are read as they were meant", () => {
  write(JSON.stringify(EARLIER));
  expect(readDevState(directory)).toEqual(STATE);
  write(JSON.stringify({ ...EARLIER, service: "zookeeper" }));
  expect(readDevState(directory)?.members).toEqual([
    { name: "m1", ports: { zookeeper: { client: 2379, peer: 2479 } }, pid: 7 },
  ]);
});

test.each([
  "{",
  "{}",
  JSON.stringify({ ...STATE, version: 3 }),
  JSON.stringify({ ...STATE, members: [{ name: "m1", ports: {}, pid: null }] }),
  JSON.stringify({
    ...STATE,
    members: [
      ...STATE.members,
      { name: "m2", ports: { zookeeper: { client: 2181, peer: 2281 } }, pid: 8 },
    ],
  }),
])("a state like %s is refused", (text) => {
  write(text);
  expect(() => readDevState(directory)).toThrow(
    /dev\.json is not a state of this version: choose another --data-dir/,
  );
});

test("a port in use is named", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  const refused = choosePorts(1, port, etcdService);
  await expect(refused).rejects.toThrow(
    `port ${port} is in use: stop what listens there, or give another --client-port`,
  );
  server.close();
});

test("members' ports follow each other", () => {
  const client = [4000, 4001, 4002];
  const peer = [4100, 4101, 4102];
  expect(portsFrom(4000, 3, etcdService)).toEqual({ client, peer, other: [] });
  const other = [4150, 4151, 4152];
  expect(portsFrom(4000, 3, zooKeeperService)).toEqual({ client, peer, other });
});

test("a cluster and an ensemble find room beside each other at their first ports", () => {
  const ports = [etcdService, zooKeeperService].flatMap((service) => {
    const { client, peer, other } = portsFrom(service.firstClientPort, 7, service);
    return [...client, ...peer, ...other];
  });
  expect(ports.filter((port, i) => ports.indexOf(port) !== i)).toEqual([]);
});

test("the services of one cluster share no port", () => {
  const etcd = portsFrom(4000, 3, etcdService);
  expect(() => refuseShared([etcd, portsFrom(4003, 3, zooKeeperService)])).not.toThrow();
  expect(() => refuseShared([etcd, portsFrom(4102, 3, zooKeeperService)])).toThrow(
    "--client-port: both services would use port 4102: give ports that are further apart",
  );
});

test("people are told where both kinds of clients connect, and who leads each", () => {
  const seat = (client: number) => ({ client, peer: client + 100 });
  const members = [0, 1].map((i) => ({
    name: `m${i + 1}`,
    ports: { etcd: seat(2379 + i), zookeeper: seat(2181 + i) },
    pid: 70 + i,
  }));
  const text = readyText(members, { etcd: "m2", zookeeper: "m2" }, "data");
  expect(text).toContain("\n  m1   http://127.0.0.1:2379   127.0.0.1:2181   pid 70\n");
  expect(text).toContain("   127.0.0.1:2182   pid 71   leads etcd and ZooKeeper\n");
  expect(text).toContain("\n  etcdctl --endpoints=127.0.0.1:2379,127.0.0.1:2380 put greeting");
  expect(text).toContain("\n  zkCli.sh -server 127.0.0.1:2181,127.0.0.1:2182\n");
  expect(text).toContain("\n  kill -9 71 ");
});

test("the leaders of two groups are told apart", () => {
  const members = ["m1", "m2"].map((name) => ({
    name,
    ports: { etcd: { client: 1, peer: 2 }, zookeeper: { client: 3, peer: 4 } },
    pid: null,
  }));
  const { out, stdout } = fakeTerminal();
  const output = new DevOutput(out, false);
  const line = (leader: string, term: number): string =>
    JSON.stringify({ level: "info", time: "", msg: "", event: "leader", leader, term });
  for (const text of [line("m1", 2), line("server 2", 1), line("server 2", 1), line("m2", 2)]) {
    output.memberLine(members, "m1", text);
  }
  expect(stdout()).toBe("m1 leads etcd (term 2)\nm2 leads ZooKeeper (term 1)\n");
});
