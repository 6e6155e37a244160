import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { freePorts } from "./free-ports.ts";
import { RealCluster } from "./real-cluster.ts";
import { runToEnd, type Ended } from "./run-to-end.ts";

const directory = mkdtempSync(join(tmpdir(), "quorate-bad-input-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SECONDS = 1000;

/** Runs `quorate server` until it gives up by itself. */
async function server(dataDir: string, ...flags: string[]): Promise<Ended> {
  const [client = 0, peer = 0] = await freePorts(2);
  const clientUrl = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const given = [
    `--name=m1`,
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=m1=${peerUrl}`,
    "--log-level=panic",
    ...flags,
  ];
  return runToEnd("server", ...given);
}

function fresh(name: string): string {
  return join(directory, name);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe("a member that cannot start says why in one line, and exits", () => {
  test.each(["--listen-client-urls", "--listen-peer-urls"])(
    "port in use: %s",
    async (flag) => {
      const taken = createServer();
      const port = await new Promise<number>((resolve) => {
        taken.listen(0, "127.0.0.1", () => resolve((taken.address() as AddressInfo).port));
      });
      const { code, err } = await server(fresh(`port${flag}`), `${flag}=http://127.0.0.1:${port}`);
      taken.close();
      expect(err).toMatch(new RegExp(`^quorate: [^\\n]*127\\.0\\.0\\.1:${port}[^\\n]*\\n$`));
      expect(code).toBe(EXIT.address);
    },
    30_000,
  );

  test("a data directory of etcd's own", async () => {
    const dataDir = fresh("etcd");
    write(join(dataDir, "member/snap/db"), "not ours");
    write(join(dataDir, "member/wal/0000000000000000-0000000000000000.wal"), "not ours");
    const { code, err } = await server(dataDir);
    expect(err).toMatch(/^quorate: [^\n]*etcd[^\n]*\n$/);
    expect(code).toBe(EXIT.data);
    expect(existsSync(join(dataDir, "member/snap/db"))).toBe(true);
  }, 30_000);

  test("a data directory with somebody's files", async () => {
    const dataDir = fresh("foreign");
    write(join(dataDir, "thesis.txt"), "years of work");
    const { code, err } = await server(dataDir);
    expect(err).toMatch(new RegExp(`^quorate: [^\\n]*${dataDir}[^\\n]*\\n$`));
    expect(code).toBe(EXIT.data);
  }, 30_000);

  test("a data directory that is a file", async () => {
    const dataDir = fresh("file");
    write(dataDir, "");
    const { code, err } = await server(dataDir);
    expect(err).toMatch(new RegExp(`^quorate: [^\\n]*${dataDir}[^\\n]*\\n$`));
    expect(code).toBe(EXIT.data);
  }, 30_000);
});

describe("a member that ran before", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await RealCluster.start(1);
  }, 60 * SECONDS);
  afterAll(() => cluster.close());

  test("locks its data directory", async () => {
    const { code, err } = await server(cluster.dataDir(0));
    expect(err).toMatch(/^quorate: [^\n]*(in use|locked|another process)[^\n]*\n$/);
    expect(code).toBe(EXIT.data);
  }, 30_000);

  test("refuses to be started as a member of another cluster", async () => {
    await cluster.end(0, "SIGTERM");
    const { code, err } = await server(cluster.dataDir(0), "--initial-cluster-token=another");
    expect(err).toMatch(/^quorate: [^\n]*cluster[^\n]*\n$/);
    expect(code).toBe(EXIT.data);
  }, 30_000);

  test("takes no part in a cluster that is joined, but comes back with `existing`", async () => {
    cluster.launch(0, "--initial-cluster-state=existing");
    await cluster.ready();
  }, 60_000);
});
