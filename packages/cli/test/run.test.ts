import { describe, expect, test } from "vitest";
import { EXIT } from "../src/exit-codes.ts";
import { run } from "../src/run.ts";
import { fakeTerminal, type FakeTerminalOptions } from "./fake-terminal.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function quorate(args: readonly string[], options: FakeTerminalOptions = {}): Promise<Ran> {
  const terminal = fakeTerminal(options);
  const code = await run(args, terminal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
}

const COMMANDS = ["server", "dev", "get", "put", "del", "status", "zk", "simulate"];

describe("help", () => {
  test("lists the commands and the exit codes", async () => {
    const { code, out, err } = await quorate(["--help"]);
    expect({ code, err }).toEqual({ code: EXIT.ok, err: "" });
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
    for (const exit of Object.values(EXIT)) expect(out).toMatch(new RegExp(`^  ${exit} `, "m"));
  });

  test.each(COMMANDS)("of %s has examples", async (command) => {
    const asked = await quorate([command, "--help"]);
    expect(asked).toMatchObject({ code: EXIT.ok, err: "" });
    expect(asked.out).toContain("Examples:\n  quorate ");
    expect(await quorate(["help", command])).toEqual(asked);
  });

  test.each(["status", "ls", "get"])("of zk %s has examples", async (command) => {
    const asked = await quorate(["zk", command, "--help"]);
    expect(asked).toMatchObject({ code: EXIT.ok, err: "" });
    expect(asked.out).toContain(`Examples:\n  quorate zk ${command}`);
  });

  test("is printed when no command is given, which is an error", async () => {
    const { code, out, err } = await quorate([]);
    expect(code).toBe(EXIT.usage);
    expect(out).toContain("Commands:");
    expect(err).toBe("quorate: give a command: see quorate --help\n");
  });

  test.each([[["--version"]], [["-V"]], [["server", "--version"]]])(
    "%j prints the version",
    async (args) => {
      expect(await quorate(args)).toMatchObject({
        code: EXIT.ok,
        out: expect.stringMatching(/\d+\.\d+\.\d+\n$/),
      });
    },
  );
});

/** What was typed, the exit code, and the whole of what is said. */
const BAD_INPUT: readonly (readonly [readonly string[], number, string])[] = [
  [["gte", "a"], EXIT.usage, "unknown command 'gte' (Did you mean get?)"],
  [["get"], EXIT.usage, "missing required argument 'key'"],
  [
    ["get", "a", "b", "c"],
    EXIT.usage,
    "too many arguments for 'get'. Expected 2 arguments but got 3.",
  ],
  [["get", "a", "--perfix"], EXIT.usage, "unknown option '--perfix' (Did you mean --prefix?)"],
  [["get", ""], EXIT.usage, 'the key is empty: give a key, or "" with --prefix for all keys'],
  [
    ["get", "a", "b", "--prefix"],
    EXIT.usage,
    "a range end, --prefix and --from-key exclude each other: give one of them",
  ],
  [
    ["get", "a", "--keys-only", "--print-value-only"],
    EXIT.usage,
    "--keys-only and --print-value-only exclude each other: give one of them",
  ],
  [
    ["get", "a", "--limit", "x"],
    EXIT.usage,
    "option '--limit <n>' argument 'x' is invalid. it must be a whole number from 0 to 9007199254740991.",
  ],
  [
    ["get", "a", "--sort-by", "size"],
    EXIT.usage,
    "option '--sort-by <what>' argument 'size' is invalid. Allowed choices are KEY, VERSION, CREATE, MODIFY, VALUE.",
  ],
  [
    ["get", "a", "--timeout", "0"],
    EXIT.usage,
    "option '--timeout <seconds>' argument '0' is invalid. it must be a number of seconds above 0.",
  ],
  [
    ["get", "a", "--endpoints", "h"],
    EXIT.usage,
    '--endpoints: "http://h" has no port: write http://host:port',
  ],
  [
    ["get", "a", "--endpoints", "127.0.0.1:1"],
    EXIT.unavailable,
    "cannot connect to http://127.0.0.1:1: connection refused, nothing listens there",
  ],
  [["put", "", "v"], EXIT.usage, "the key is empty: give one"],
  [["status", "--endpoints", "127.0.0.1:1"], EXIT.unavailable, "no answer from http://127.0.0.1:1"],
  [
    ["dev", "--members", "4"],
    EXIT.usage,
    "option '--members <n>' argument '4' is invalid. it must be 1, 3, 5 or 7: an even member adds cost but no safety.",
  ],
  [
    ["dev", "--client-port", "99999"],
    EXIT.usage,
    "option '--client-port <port>' argument '99999' is invalid. it must be a whole number from 1 to 65000.",
  ],
  [
    ["dev", "--with", "etcd,consul"],
    EXIT.usage,
    "option '--with <services>' argument 'etcd,consul' is invalid. it must be etcd, zookeeper, or both with a comma between them.",
  ],
  [
    ["dev", "--with", "etcd,etcd"],
    EXIT.usage,
    "option '--with <services>' argument 'etcd,etcd' is invalid. it must be etcd, zookeeper, or both with a comma between them.",
  ],
  [
    ["dev", "--zookeeper", "--with", "etcd"],
    EXIT.usage,
    "option '--zookeeper' cannot be used with option '--with <services>'",
  ],
  [
    ["dev", "--with", "etcd,zookeeper", "--client-port", "4000"],
    EXIT.usage,
    "--client-port: give 2 ports, as P,Q for --with etcd,zookeeper",
  ],
  [
    ["dev", "--client-port", "4000,5000"],
    EXIT.usage,
    "--client-port: give one port for --with etcd",
  ],
  [
    ["simulate", "--seeds", "5..1"],
    EXIT.usage,
    "option '--seeds <range>' argument '5..1' is invalid. it must be A..B with whole numbers 0 <= A <= B <= 4294967295, such as 1..500.",
  ],
  [
    ["simulate", "--seed", "1", "--seeds", "1..2"],
    EXIT.usage,
    "option '--seed <n>' cannot be used with option '--seeds <range>'",
  ],
  [
    ["simulate", "--protocol", "paxos"],
    EXIT.usage,
    "option '--protocol <name>' argument 'paxos' is invalid. Allowed choices are raft, zab.",
  ],
  [
    ["simulate", "--trace"],
    EXIT.usage,
    "--trace prints one seed as text: give --seed N, and no --json",
  ],
  [["zk"], EXIT.usage, "give a command: see quorate --help"],
  [["zk", "sl"], EXIT.usage, "unknown command 'sl' (Did you mean ls?)"],
  [["zk", "ls"], EXIT.usage, "missing required argument 'path'"],
  [["zk", "ls", "a"], EXIT.usage, '"a" is not a node\'s path: begin it with /'],
  [["zk", "get", "/a/"], EXIT.usage, '"/a/" is not a node\'s path: leave out the / at its end'],
  [["zk", "get", "/a//b"], EXIT.usage, '"/a//b" is not a node\'s path: no name in it may be empty'],
  [
    ["zk", "get", "/a/.."],
    EXIT.usage,
    '"/a/.." is not a node\'s path: no name in it may be . or ..',
  ],
  [
    ["zk", "get", "/a\u0007"],
    EXIT.usage,
    '"/a\u0007" is not a node\'s path: it holds a character that ZooKeeper forbids',
  ],
  [
    ["zk", "ls", "/", "--endpoints", "h:0"],
    EXIT.usage,
    '--endpoints: "h:0": "0" is not a port: write a number from 1 to 65535',
  ],
  [
    ["zk", "ls", "/", "--endpoints", "::1:2181"],
    EXIT.usage,
    '--endpoints: "::1:2181" has too many colons: write host:port, or [address]:port for IPv6',
  ],
  [["zk", "status", "--endpoints", "127.0.0.1:1"], EXIT.unavailable, "no status of 127.0.0.1:1"],
  [["server", "--nam", "x"], EXIT.usage, "unknown flag --nam: did you mean --name?"],
  [
    ["server", "m1"],
    EXIT.usage,
    '"m1" is not a flag: `quorate server` takes flags only, as --name value or --name=value',
  ],
  [
    ["server", "--initial-cluster", "m1"],
    EXIT.usage,
    '--initial-cluster: "m1" has no "=": write name=http://host:port',
  ],
  [
    ["server", "--initial-cluster-state=existing", "--data-dir=/nonexistent/quorate"],
    EXIT.usage,
    "--initial-cluster-state existing: a member cannot join a running cluster yet: start all members of a new cluster together with --initial-cluster-state new",
  ],
];

describe("bad input", () => {
  test.each(BAD_INPUT)("%j exits with %i", async (args, code, message) => {
    const ran = await quorate(args);
    expect(ran.err).toBe(`quorate: ${message}\n`);
    expect(ran.code).toBe(code);
  });

  test("is told to programs as JSON", async () => {
    const { code, err } = await quorate(["get", "a", "--json", "--endpoints", "127.0.0.1:1"]);
    expect(code).toBe(EXIT.unavailable);
    expect(JSON.parse(err)).toEqual({
      error: {
        code: "UNAVAILABLE",
        message: "cannot connect to http://127.0.0.1:1: connection refused, nothing listens there",
        exitCode: EXIT.unavailable,
      },
    });
  });

  test.each([
    [["get", "", "--verbose"], {}],
    [["get", ""], { DEBUG: "1" }],
  ])("%j with %j shows a stack trace", async (args, env) => {
    expect((await quorate(args, { env })).err).toMatch(/^quorate: the key is empty.*\n.*\n +at /);
  });

  test("behind -- is input, not an option", async () => {
    const { err } = await quorate(["get", "--endpoints", "127.0.0.1:1", "--", "--json"]);
    expect(err).toMatch(/^quorate: cannot connect/);
  });

  test("several wrong settings are all named", async () => {
    const { err } = await quorate(["server", "--heartbeat-interval=x", "--snapshot-count=y"]);
    expect(err.split("\n")).toEqual([
      expect.stringMatching(/^quorate: --heartbeat-interval: /),
      expect.stringMatching(/^quorate: --snapshot-count: /),
      "",
    ]);
  });

  test("colours are only used where they are welcome", async () => {
    expect((await quorate(["get", ""], { colours: true })).err).toContain("\u001b[31mquorate:");
  });
});
