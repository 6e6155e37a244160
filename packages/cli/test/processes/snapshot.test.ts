import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@quorate/kv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { run } from "../../src/run.ts";
import { fakeTerminal } from "../fake-terminal.ts";
import { RealCluster } from "./real-cluster.ts";

const SECONDS = 1000;

let cluster: RealCluster;
let file = "";

beforeAll(async () => {
  cluster = await RealCluster.start(1);
  file = join(cluster.directory, "backup.db");
  const client = connect({ endpoints: cluster.endpoints });
  for (let i = 0; i < 20; i++) await client.put(`k${i}`, "x".repeat(10_000));
  client.close();
}, 60 * SECONDS);
afterAll(() => cluster.close());

async function quorate(...args: readonly string[]) {
  const terminal = fakeTerminal({ env: { ETCDCTL_ENDPOINTS: cluster.endpoints.join(",") } });
  const code = await run(args, terminal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
}

const answer = async (...args: readonly string[]): Promise<unknown> => {
  const { code, out, err } = await quorate(...args, "--json");
  expect({ code, err }).toEqual({ code: EXIT.ok, err: "" });
  return JSON.parse(out);
};

describe("a cluster", { timeout: 60 * SECONDS }, () => {
  test("is saved, told of, and restored to three members that agree", async () => {
    const saved = await quorate("snapshot", "save", file);
    expect(saved).toEqual({
      code: EXIT.ok,
      out: expect.stringMatching(/^Snapshot saved at \S+backup\.db: \d+\.\d KiB\n$/),
      err: "",
    });
    expect(statSync(file).size % 512).toBe(32);
    const status = await answer("snapshot", "status", file);
    expect(status).toMatchObject({
      hash: expect.stringMatching(/^[0-9a-f]{1,8}$/),
      revision: 21,
      compact_revision: 0,
      total_keys: 24,
      versions: 20,
      leases: 0,
      total_size: statSync(file).size - 32,
    });
    expect((await quorate("snapshot", "status", file)).out).toMatch(
      /│ hash +│ revision │ total keys │ versions │ leases │ total size │/,
    );

    const [hash] = await cluster.hashes();
    const restored = await RealCluster.prepare(3, {
      flags: ["--initial-cluster-token=restored"],
    });
    try {
      for (const index of [0, 1, 2]) {
        const flags = [...restored.membership(index), "--initial-cluster-token=restored"];
        expect(await answer("snapshot", "restore", file, ...flags)).toMatchObject({
          data_dir: restored.dataDir(index),
          revision: 21,
        });
        restored.launch(index);
      }
      await restored.ready();
      expect(await restored.hashes()).toEqual([hash, hash, hash]);
    } finally {
      await restored.close();
    }
  });

  test("is told again what it has: the same file, and the same hash, for the same state", async () => {
    const again = join(cluster.directory, "again.db");
    const saved = await answer("snapshot", "save", file);
    expect(await answer("snapshot", "save", again)).toEqual({ ...(saved as object), file: again });
    expect(readFileSync(again)).toEqual(readFileSync(file));
  });
});

describe("what cannot be done is said in one line", { timeout: 60 * SECONDS }, () => {
  test("a damaged file", async () => {
    const damaged = join(cluster.directory, "damaged.db");
    await quorate("snapshot", "save", damaged);
    const bytes = readFileSync(damaged);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    const refused = {
      code: EXIT.data,
      out: "",
      err: `quorate: ${damaged} is damaged: its hash is wrong. Use another copy of it\n`,
    };
    expect(await quorate("snapshot", "status", damaged)).toEqual(refused);
    const dataDir = join(cluster.directory, "from-damaged");
    expect(await quorate("snapshot", "restore", damaged, "--data-dir", dataDir)).toEqual(refused);
    expect(existsSync(dataDir)).toBe(false);
  });

  test("a directory that holds something", async () => {
    await quorate("snapshot", "save", file);
    const { code, err } = await quorate(
      "snapshot",
      "restore",
      file,
      "--data-dir",
      cluster.directory,
    );
    expect(code).toBe(EXIT.data);
    expect(err).toMatch(
      /^quorate: \S+ is not empty \(.*\): give a directory that is, or none yet\n$/,
    );
  });

  test.each([
    [["--bump-revision", "5"], /--bump-revision goes with --mark-compacted/],
    [["--mark-compacted"], /--bump-revision goes with --mark-compacted/],
    [["--bump-revision", "0", "--mark-compacted"], /must be a whole number from 1/],
    [
      ["--name", "m2", "--initial-cluster", "m1=http://m1:2380"],
      /--initial-cluster: it lists m1 but/,
    ],
    [
      ["--initial-advertise-peer-urls", "m1:2380"],
      /--initial-advertise-peer-urls: .* has no scheme/,
    ],
  ])("flags that do not fit: %j", async (flags, text) => {
    const dataDir = join(cluster.directory, "never");
    const { code, err } = await quorate(
      "snapshot",
      "restore",
      file,
      "--data-dir",
      dataDir,
      ...flags,
    );
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(text);
    expect(existsSync(dataDir)).toBe(false);
  });

  test("no member, no file", async () => {
    const nowhere = await quorate("snapshot", "save", file, "--endpoints", "127.0.0.1:1");
    expect(nowhere.code).toBe(EXIT.unavailable);
    const missing = await quorate("snapshot", "status", join(cluster.directory, "missing"));
    expect(missing.code).toBe(EXIT.usage);
    expect(missing.err).toMatch(/missing cannot be read: ENOENT/);
  });
});

const hasEtcdctl = ((): boolean => {
  try {
    execFileSync("etcdctl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasEtcdctl)("etcdctl saves the same file, and tells the same of it", async () => {
  const theirs = join(cluster.directory, "etcdctl.db");
  const env = { PATH: process.env["PATH"], ETCDCTL_API: "3" };
  execFileSync("etcdctl", [`--endpoints=${cluster.endpoint(0)}`, "snapshot", "save", theirs], {
    env,
    stdio: "ignore",
  });
  await quorate("snapshot", "save", file);
  expect(readFileSync(theirs)).toEqual(readFileSync(file));
  const told = execFileSync("etcdctl", ["snapshot", "status", theirs, "-w", "json"], { env });
  const { hash, revision, totalKey, totalSize } = JSON.parse(told.toString());
  expect(await answer("snapshot", "status", file)).toMatchObject({
    hash: hash.toString(16),
    revision,
    total_keys: totalKey,
    total_size: totalSize,
  });
});
