import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RealCluster } from "../../packages/cli/test/processes/real-cluster.ts";
import { hasEtcd, RealEtcd, SKIPPED } from "../../packages/kv/test/client/real-etcd.ts";
import { documentedCode } from "./code-block.ts";
import { ExampleModules } from "./example-modules.ts";
import { isExpected } from "./expected-output.ts";

// Examples that say so run on any cluster: `code-blocks.test.ts` runs them on one in their own process.

const examples = [...documentedCode().values()]
  .flat()
  .filter(({ kind, text }) => kind === "ts" && text.includes("ETCD_ENDPOINTS"));

let modules: ExampleModules;
beforeAll(async () => {
  modules = await ExampleModules.compile(examples);
});
afterAll(() => modules.remove());

test("there are such examples", () => {
  expect(examples.length).toBeGreaterThan(3);
});

function runOn(endpoints: () => readonly string[]): void {
  test.each(examples)("$path", async (example) => {
    const printed = await modules.run(example, { ETCD_ENDPOINTS: endpoints().join(",") });
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
  runOn(() => cluster.endpoints);
});

describe.skipIf(!hasEtcd)(`on etcd itself${SKIPPED}`, () => {
  let etcd: RealEtcd;
  beforeAll(async () => {
    etcd = await RealEtcd.start();
  });
  afterAll(() => etcd.close());
  runOn(() => etcd.endpoints);
});
