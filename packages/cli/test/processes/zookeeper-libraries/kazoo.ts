import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HostPort } from "../../../src/zookeeper/host-port.ts";
import { hostPortText } from "../../../src/zookeeper/host-port.ts";
import { LineProcess } from "../etcd-libraries/line-process.ts";

/** Debian's; another one on the path knows nothing of Debian's packages. */
export const PYTHON = "/usr/bin/python3";
const MAIN = fileURLToPath(new URL("kazoo/main.py", import.meta.url));

export const hasKazoo: boolean = spawnSync(PYTHON, ["-c", "import kazoo"]).status === 0;

/** Starts a scenario with kazoo's clients of the servers. */
export function startKazoo(
  servers: readonly HostPort[],
  scenario: string,
  ...args: readonly string[]
): LineProcess {
  const hosts = servers.map(hostPortText).join(",");
  // -B: sources are left as they were found.
  return new LineProcess([PYTHON, "-B", MAIN, hosts, scenario, ...args]);
}
