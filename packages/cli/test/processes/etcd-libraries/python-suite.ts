import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RealCluster } from "../real-cluster.ts";

/** What Debian's packages bring; the suite itself comes from the sources of python-etcd3. */
const MODULES = "etcd3, pytest, pytest_timeout, hypothesis, tenacity, mock, six";
const WITHIN_MS = 170_000;
const SHARED = process.env["QUORATE_SHARED"];
const SOURCES = process.env["CONF_WORK"];

/** What it cannot run without and is not there; null when all is. */
export const missing: string | null = whatIsMissing();

function whatIsMissing(): string | null {
  if (SHARED === undefined) return "QUORATE_SHARED is not set";
  if (SOURCES === undefined) return "CONF_WORK is not set";
  if (!existsSync(join(SOURCES, "src/python-etcd3-0.12.0")))
    return "CONF_WORK has no sources of it";
  if (spawnSync("etcdctl", ["version"]).status !== 0) return "etcdctl is not installed";
  const imported = spawnSync("/usr/bin/python3", ["-c", `import ${MODULES}`]);
  return imported.status === 0 ? null : `python3 has not got all of ${MODULES}`;
}

export interface SuiteResult {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/**
 * Runs the suite against a cluster of three whose members are named pifpaf0 to pifpaf2. It stops and
 * continues the processes of the last two, and wants port 2379 for itself.
 *
 * @param without - what the names of the tests that are left out begin with
 */
export async function runSuite(
  cluster: RealCluster,
  without: readonly string[],
): Promise<SuiteResult> {
  const script = join(SHARED ?? "", "conformance/python-etcd3/run.sh");
  const selected = without.length === 0 ? [] : ["-k", `not (${without.join(" or ")})`];
  const args = [script, new URL(cluster.endpoint(0)).host, "-rpfE", ...selected];
  const log = join(cluster.directory, "python-suite.log");
  // Not a pipe: it is shared by processes of which one makes it refuse to wait, and another loses lines.
  const output = openSync(log, "w");
  const child = spawn("bash", args, { stdio: ["ignore", output, output], timeout: WITHIN_MS });
  await once(child, "close");
  closeSync(output);
  const printed = readFileSync(log, "utf8");
  const named = (outcome: string): readonly string[] =>
    [...printed.matchAll(new RegExp(`^${outcome} \\S+::(\\w+)`, "gm"))].map(
      ([, name = ""]) => name,
    );
  const result = { passed: named("PASSED"), failed: named("(?:FAILED|ERROR)") };
  if (result.passed.length === 0) throw new Error(`it did not run:\n${printed}`);
  return result;
}
