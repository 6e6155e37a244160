import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RealCluster } from "../../packages/cli/test/processes/real-cluster.ts";
import { RealEnsemble } from "../../packages/cli/test/processes/real-ensemble.ts";
import {
  RealZooKeeper,
  SCRIPTS as ZOOKEEPER,
} from "../../packages/cli/test/zookeeper-client/real-zookeeper.ts";
import { hasEtcd, RealEtcd, SKIPPED } from "../../packages/kv/test/client/real-etcd.ts";
import { documentedCode } from "./code-block.ts";
import { ExampleModules } from "./example-modules.ts";
import { isExpected } from "./expected-output.ts";

// Examples that say so run on any cluster: `code-blocks.test.ts` runs them on one in their own process.

const START_MILLIS_MAX = 120_000;

const code = [...documentedCode().values()].flat().filter(({ kind }) => kind === "ts");

/** Those that find their servers in that variable. */
function examplesOf(variable: string): typeof code {
  return code.filter(({ text }) => text.includes(`"${variable}"`));
}

const ofEtcd = examplesOf("ETCD_ENDPOINTS");
const ofZooKeeper = examplesOf("ZOOKEEPER_CONNECT");

let modules: ExampleModules;
beforeAll(async () => {
  modules = await ExampleModules.compile([...ofEtcd, ...ofZooKeeper]);
});
afterAll(() => modules.remove());

test("there are such examples", () => {
  expect(ofEtcd.length).toBeGreaterThan(3);
  expect(ofZooKeeper.length).toBeGreaterThan(2);
});

function runOn(variable: string, servers: () => string): void {
  test.each(examplesOf(variable))("$path", async (example) => {
    const printed = await modules.run(example, { [variable]: servers() });
    const promised = modules.promisedOutput(example);
    if (!isExpected(promised, printed)) expect(printed).toBe(promised);
  });
}

describe("on three members that run as processes", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await RealCluster.start(3);
  });
  afterAll(() => cluster.close());
  runOn("ETCD_ENDPOINTS", () => cluster.endpoints.join(","));
});

describe.skipIf(!hasEtcd)(`on etcd itself${SKIPPED}`, () => {
  let etcd: RealEtcd;
  beforeAll(async () => {
    etcd = await RealEtcd.start();
  });
  afterAll(() => etcd.close());
  runOn("ETCD_ENDPOINTS", () => etcd.endpoints.join(","));
});

describe("on three servers of a ZooKeeper ensemble that run as processes", () => {
  let ensemble: RealEnsemble;
  beforeAll(async () => {
    ensemble = await RealEnsemble.start(3);
  });
  afterAll(() => ensemble.close());
  runOn("ZOOKEEPER_CONNECT", () =>
    ensemble.endpoints.map(({ host, port }) => `${host}:${port}`).join(","),
  );
});

const skipped = ZOOKEEPER ? "" : ": skipped, set QUORATE_ZOOKEEPER to the directory of zkServer.sh";

describe.skipIf(!ZOOKEEPER)(`on Java's ZooKeeper itself${skipped}`, () => {
  let zooKeeper: RealZooKeeper;
  beforeAll(async () => {
    zooKeeper = await RealZooKeeper.prepare(3);
    await zooKeeper.start();
  }, START_MILLIS_MAX);
  afterAll(() => zooKeeper.close());
  runOn("ZOOKEEPER_CONNECT", () => zooKeeper.endpoints);
});
