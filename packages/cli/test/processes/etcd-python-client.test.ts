import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { firstTaken } from "../../src/dev/ports.ts";
import { missing, runSuite } from "./etcd-libraries/python-suite.ts";
import { RealCluster } from "./real-cluster.ts";

const MINUTE = 60_000;
/** `npm run test:python` sets it. */
const IS_WHOLE = process.env["QUORATE_PYTHON_SUITE"] === "whole";

/** They sleep, for up to nine seconds each. */
const SLEEPERS = [
  "test_lease_expire",
  "test_lock_expire",
  "test_lock_refresh",
  "test_sequential_watch_prefix_once",
  "test_watch_key",
  "test_watch_prefix",
  "test_watch_timeout_on_establishment",
];

const FAIL_WITH_ETCD = ["test_lock_acquire", "test_lock_contended", "test_lock_acquire_none"];
/** Auth comes with its own part of the service. */
const NOT_BUILT = ["test_user_pwd_auth"];

let cluster: RealCluster;
beforeAll(async () => {
  if (missing !== null) return;
  cluster = await RealCluster.start(3, { names: ["pifpaf0", "pifpaf1", "pifpaf2"] });
}, MINUTE);
afterAll(() => cluster?.close());

describe.skipIf(missing !== null)(`python-etcd3's own suite${skipped()}`, () => {
  test(
    `fails where it fails with etcd, ${IS_WHOLE ? "of all its tests" : "but for what sleeps"}`,
    async ({ skip }) => {
      const taken = await firstTaken({ client: [2379], peer: [], other: [] });
      skip(
        taken !== null,
        "somebody else listens on port 2379, which part of the suite is bound to",
      );
      const { passed, failed } = await runSuite(cluster, IS_WHOLE ? [] : SLEEPERS);
      expect(new Set(failed)).toEqual(new Set([...FAIL_WITH_ETCD, ...NOT_BUILT]));
      expect(passed.length).toBe(IS_WHOLE ? 78 : 69);
    },
    3 * MINUTE,
  );
});

function skipped(): string {
  return missing === null ? "" : `: skipped, ${missing}`;
}
