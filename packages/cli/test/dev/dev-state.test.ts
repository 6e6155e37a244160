import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readDevState, writeDevState, type DevState } from "../../src/dev/dev-state.ts";
import { etcdService } from "../../src/dev/etcd-service.ts";
import { choosePorts, portsFrom } from "../../src/dev/ports.ts";
import { zooKeeperService } from "../../src/dev/zookeeper-service.ts";

const directory = mkdtempSync(join(tmpdir(), "quorate-dev-"));
afterAll(() => rmSync(directory, { recursive: true }));

const STATE: DevState = {
  version: 1,
  service: "etcd",
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

test.each([["{"], ["{}"], [JSON.stringify({ ...STATE, version: 2 })]])(
  "a state like %s is refused",
  (text) => {
    writeFileSync(join(directory, "dev.json"), text);
    expect(() => readDevState(directory)).toThrow(
      /dev\.json is not a state of this version: choose another --data-dir/,
    );
  },
);

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
