import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { BIN } from "./real-process.ts";
import { JUDGES_JAVA } from "./zookeeper-libraries/servers.ts";
import { IS_WHOLE, runShared, whyNotRun } from "./zookeeper-libraries/shared-suite.ts";

const MINUTE = 60_000;
const TRIES = 3;

/** Of the client alone. */
const WITHOUT_SERVERS = [
  "DNSHostProviderRetryStart",
  "EncodeDecodePacket",
  "FLWCons",
  "FLWRuok",
  "FLWSrvr",
  "FormatServers",
  "ModeString",
  "RequestFail",
  "RequestStructForOp",
  "ValidatePath",
];
const QUICK = [
  "ChildWatch",
  "ClientClusterFailover",
  "Create",
  "ExpiringWatch",
  "GetSetACL",
  "IfAuthdataSurvivesReconnect",
  "Lock",
  "Multi",
  "MultiFailures",
  "MultiLevelLock",
  "SetWatchers",
];
/** They sleep for long, or ask for nothing that the quick ones do not ask for. */
const REST = [
  "BadSession",
  "BasicCluster",
  "Children",
  "DNSHostProviderCreate",
  "MaxBufferSize",
  "NoQuorum",
  "SlowServer",
  "StateChanges",
  "WaitForClose",
];

const missing = whyNotRun(
  ["go", "golang-go"],
  [
    "/usr/share/gocode/src/github.com/samuel/go-zookeeper/zk",
    "golang-github-samuel-go-zookeeper-dev",
  ],
);
const skipped = missing === null ? "" : `: skipped, ${missing}`;

const directory = mkdtempSync(join(tmpdir(), "quorate-go-zk-"));
const pidFile = join(directory, "pids");
afterAll(() => {
  // The suite leaves some behind.
  if (existsSync(pidFile)) readFileSync(pidFile, "utf8").trim().split("\n").forEach(endServer);
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a server in the foreground on a `zoo.cfg`. The suite asks it whether it is there, with `ruok`. */
function serverProgram(): string {
  const program = join(directory, "server");
  const lines = [
    "#!/bin/sh",
    'grep -q whitelist "$1" || echo \'4lw.commands.whitelist=*\' >>"$1"',
    `echo $$ >>'${pidFile}'`,
    `exec '${process.execPath}' '${BIN}' zookeeper "$1"`,
    "",
  ];
  writeFileSync(program, lines.join("\n"), { mode: 0o755 });
  return program;
}

/** Unless the number is another process's by now. */
function endServer(pid: string): void {
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync(commandLine) && readFileSync(commandLine, "utf8").includes(BIN)) {
    process.kill(Number(pid), "SIGKILL");
  }
}

/** Which of the tests pass. */
async function passed(names: readonly string[]): Promise<readonly string[]> {
  const lines = await runShared("go-zk", {
    args: [`^Test(${names.join("|")})$`],
    // Without a program it takes Java's server.
    env: JUDGES_JAVA ? {} : { ZK_EXEC: serverProgram() },
  });
  return names.filter((name) => lines.some((line) => line.startsWith(`PASS Test${name} `)));
}

describe.skipIf(missing !== null)(`go-zookeeper's own suite${skipped}`, () => {
  test(
    `passes where it passes with Java's server${IS_WHOLE ? "" : ", of what is quick"}`,
    async () => {
      let left = [...QUICK, ...(IS_WHOLE ? [...REST, ...WITHOUT_SERVERS] : [])];
      // It takes a server for ready that says it is there, and comes too early now and then.
      for (let tries = 0; tries < TRIES && left.length > 0; tries++) {
        const done = await passed(left);
        left = left.filter((name) => !done.includes(name));
      }
      expect(left).toEqual([]);
    },
    5 * MINUTE,
  );
});
