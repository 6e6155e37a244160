import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeRange } from "../free-ports.ts";
import { BIN } from "../real-process.ts";
import { PYTHON } from "./kazoo.ts";

/** What Debian's packages bring. */
export const MODULES = "eventlet, gevent, kazoo.tests, mock, objgraph, pytest, pytest_timeout";
/** Ten for each of three servers. */
const PORTS = 30;

export const hasKazooSuite: boolean = spawnSync(PYTHON, ["-c", `import ${MODULES}`]).status === 0;

export interface SuiteResult {
  readonly passed: number;
  readonly failed: readonly string[];
}

/**
 * Runs the suite that comes with kazoo. It starts its servers itself, with `java`, and gets ours.
 *
 * @param only - names of tests; all of them when there are none
 */
export async function runKazooSuite(...only: readonly string[]): Promise<SuiteResult> {
  const directory = mkdtempSync(join(tmpdir(), "quorate-kazoo-"));
  try {
    writeFileSync(join(directory, "java"), serverProgram(), { mode: 0o755 });
    return await run(directory, only);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The last argument is the `zoo.cfg`. Clients cannot prove who they are by SASL. */
function serverProgram(): string {
  const lines = [
    "#!/bin/sh",
    "for cfg; do :; done",
    "sed -i '/SASLAuthenticationProvider/d' \"$cfg\"",
    `exec '${process.execPath}' '${BIN}' zookeeper "$cfg" >>"$cfg.log" 2>&1`,
    "",
  ];
  return lines.join("\n");
}

async function run(directory: string, only: readonly string[]): Promise<SuiteResult> {
  const base = await freeRange(PORTS);
  const log = join(directory, "printed");
  const output = openSync(log, "w");
  const args = ["-B", "-m", "pytest", "-p", "no:cacheprovider", "--timeout=120", "-q", "-rfE"];
  const selected = only.length === 0 ? [] : ["-k", only.join(" or ")];
  const child = spawn(PYTHON, [...args, ...selected, "--pyargs", "kazoo.tests"], {
    cwd: directory,
    stdio: ["ignore", output, output],
    env: {
      ...process.env,
      PATH: `${directory}:${process.env["PATH"]}`,
      ZOOKEEPER_VERSION: "3.8.0",
      ZOOKEEPER_CLASSPATH: "none",
      ZOOKEEPER_PORT_OFFSET: `${base}`,
    },
  });
  await once(child, "close");
  closeSync(output);
  const printed = readFileSync(log, "utf8");
  const total = /^(?:\d+ failed)?(?:, )?(?:(\d+) passed)?.* in [\d.]+s/m.exec(printed);
  if (total === null) throw new Error(`it did not run:\n${printed}`);
  const [, passed = "0"] = total;
  const failed = [...printed.matchAll(/^(?:FAILED|ERROR) \S+::(\w+)/gm)];
  return { passed: Number(passed), failed: failed.map(([, name = ""]) => name) };
}
