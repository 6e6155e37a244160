import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { codeBlocks, type CodeBlock } from "./code-block.ts";
import { complaintsOf } from "./config-file.ts";
import { commandsOf, runCommands, transcript, typedIn } from "./console-session.ts";
import { clientPortOf, devArguments } from "./dev-cluster.ts";
import { ExampleModules } from "./example-modules.ts";
import { isExpected } from "./expected-output.ts";
import { namedCommands, unknownIn } from "./known-commands.ts";
import { whyNotRun } from "./not-run.ts";
import { onPorts } from "./ports.ts";

test("blocks are found in pages, in lists and in comments, with their lines", () => {
  const page = "a\n```console\n$ b\n```\n- c\n  ```ts\n  if (d)\n    e();\n  ```\n~~~\nf\n~~~\n";
  expect(codeBlocks("x.md", page)).toEqual([
    { path: "x.md", line: 2, kind: "console", text: "$ b\n" },
    { path: "x.md", line: 6, kind: "ts", text: "if (d)\n  e();\n" },
    { path: "x.md", line: 10, kind: "~~~", text: "f\n" },
  ]);
  const source =
    "/**\n * a\n *\n * ```ts\n * b();\n *\n * c();\n * ```\n */\nconst d = `\n```\n`;\n";
  expect(codeBlocks("x.ts", source)).toEqual([
    { path: "x.ts", line: 4, kind: "ts", text: "b();\n\nc();\n" },
  ]);
  expect(() => codeBlocks("x.md", "a\n```ts\nb\n")).toThrow("x.md:2");
});

test.each([
  ["", "", true],
  ["", "\n", true],
  ["", "a\n", false],
  ["a\n", "", false],
  ["a\n", "a\nb\n", false],
  ["a\n\nb\n", "a\nb\n", false],
  ["a.c\n", "abc\n", false],
  ["<id>, started\n", "8e9e05, started\n", true],
  ["<id>, started\n", ", started\n", false],
  ["<id>, started\n", "8e9e05, stopped\n", false],
  ["<id>\n", "a\nb\n", false],
  ["a <b\n", "a c\n", false],
  ["a\n…\nb\n", "a\nb\n", true],
  ["a\n…\nb\n", "a\n1\n2\nb\n", true],
  ["a\n…\nb\n", "a\n1\n2\n", false],
  ["a …\n", "a b\n", false],
  ["│ <id> │\n├──┤\n", "│ 12345   │\n├─────────┤\n", true],
])("of %j, %j is as expected: %j", (page, printed, expected) => {
  expect(isExpected(page, printed)).toBe(expected);
});

async function typed(block: string): Promise<string> {
  const env = { PATH: process.env["PATH"] ?? "" };
  return transcript(await runCommands(commandsOf(block), { directory: tmpdir(), env }));
}

test.each([
  "$ echo a\na\n$ echo b   # a remark\nb\n",
  "$ export WORD=c\n$ echo $WORD\n<word>\n",
  "$ cat <<'END'\n> d\n>\n> e\n> END\nd\n\ne\n",
  "$ false\n$ echo $?\n1\n",
  "$ npx echo f\nf\n",
  "$ echo to standard error >&2\nto standard error\n",
])("a session goes as it says: %j", async (block) => {
  expect(await typed(block)).toBe(transcript(commandsOf(block)));
});

test.each([
  ["$ echo a\nb\n", "$ echo a\na\n"],
  ["$ echo a\n", "$ echo a\na\n"],
  ["$ true\na\n", "$ true\n"],
  ["$ printf a\nb\n", "$ printf a\na\n"],
  ["$ false\n", "$ false\n[exit status 1]\n"],
  ["$ false\n$ echo a\na\n", "$ false\n[exit status 1]\n$ echo a\na\n"],
  ["$ exit 0\n", "$ exit 0\n[exit status unknown: the session ended]\n"],
])("a session that goes another way than it says is told: %j", async (block, actual) => {
  expect(await typed(block)).toBe(actual);
});

test("npm is not run by a session", async () => {
  expect(await typed("$ npm test\n")).toContain("[exit status 1]");
  expect(() => commandsOf("echo a\n")).toThrow('"echo a"');
});

test("commands are told apart by what is done with them", () => {
  expect(typedIn("$ npm test   # a remark\nnothing\n$ a '#'\n> b\n")).toEqual([
    "npm test",
    "a '#'",
  ]);
  expect(whyNotRun("npm test")).toMatch(/this very test/);
  expect(whyNotRun("npm tests")).toBe(null);
  expect(devArguments("npx quorate dev --members 5")).toEqual(["--members", "5"]);
  expect(devArguments("npm start")).toContain("--data-dir");
  expect(devArguments("npx quorate get dev")).toBe(null);
  expect(clientPortOf(["--members", "5"])).toBe("2379");
  expect(clientPortOf(["--members", "5", "--zookeeper"])).toBe("2181");
  expect(clientPortOf(["--with", "etcd,zookeeper", "--members", "5"])).toBe("2379,2181");
});

test("ports of the pages move together", () => {
  const text = "127.0.0.1:2379,127.0.0.1:2381 http://127.0.0.1:2480 12379 2379a 2382";
  const moved = "127.0.0.1:5000,127.0.0.1:5002 http://127.0.0.1:5101 12379 2379a 2382";
  expect(onPorts(5000, text)).toBe(moved);
  expect(onPorts(5000, "127.0.0.1:2181,127.0.0.1:2183:2283:2333 2184")).toBe(
    "127.0.0.1:4802,127.0.0.1:4804:4904:4954 2184",
  );
});

test("commands in a page's text are found", () => {
  const page =
    "`npm test` `quorate.json` `npx quorate get a`\n```console\n$ `npm x`\n```\n`quorate dev`";
  expect(namedCommands(page)).toEqual(["npm test", "npx quorate get a", "quorate dev"]);
});

test.each([
  ["npm test", []],
  ["npm start -- --members 5", []],
  ["npx quorate get greeting --prefix --limit=1", []],
  ["quorate server --name … --initial-cluster …", []],
  ["quorate --help", []],
  ["npx quorate", []],
  ["quorate --no-such-flag", ["quorate --no-such-flag"]],
  ["npx vitest run packages/raft", []],
  ["npm run nothing", ["npm run nothing"]],
  ["npm start -- --sizes 5", ["quorate dev --sizes"]],
  ["npx quorate gets greeting", ["quorate gets"]],
  ["quorate get greeting --prefi", ["quorate get --prefi"]],
  ["quorate server --no-such-flag", ["quorate server --no-such-flag"]],
  ["npx no-such-program", ["npx no-such-program"]],
  ["npx pnpm@1.0.0 install", ["npx pnpm@1.0.0"]],
])("in %j it is unknown: %j", (command, unknown) => {
  expect(unknownIn(command)).toEqual(unknown);
});

test("examples that do not compile, fail, or print something else are told", async () => {
  const example = (line: number, text: string): CodeBlock => ({
    path: "packages/core/README.md",
    line,
    kind: "ts",
    text,
  });
  const good = example(1, 'import { Prng } from "@quorate/core";\nconsole.log(new Prng(1));\n');
  const wrong = example(10, 'import { Prng } from "@quorate/core";\n\nnew Prng("1").below(1);\n');
  const failing = example(20, 'throw new Error("it fails");\n');
  const promising = example(30, "console.log(1, 2379);\n// → 1 2379\n// → 2\n");
  const modules = await ExampleModules.compile([good, wrong, failing, promising]);
  try {
    expect(modules.otherErrors).toEqual([]);
    expect([good, failing, promising].flatMap((each) => modules.errorsIn(each))).toEqual([]);
    expect(modules.errorsIn(wrong)).toEqual([
      expect.stringMatching(/^packages\/core\/README\.md:13 error TS2345: /),
    ]);
    await expect(modules.run(failing)).rejects.toThrow("it fails");
    const printed = await modules.run(promising);
    expect(printed).toMatch(/^1 (?!2379)\d{4}\n$/);
    expect(modules.promisedOutput(promising)).toBe(`${printed}2\n`);
  } finally {
    modules.remove();
  }
});

test("a configuration file that a member refuses, or warns of, is told", async () => {
  expect(await complaintsOf("no-such-key: 1\n")).toEqual([
    expect.stringContaining("no-such-key"),
    "exit code 2",
  ]);
  const member = [
    "listen-client-urls: http://127.0.0.1:2379",
    "listen-peer-urls: http://127.0.0.1:2479",
    "initial-advertise-peer-urls: http://127.0.0.1:2479",
  ];
  expect(await complaintsOf(member.join("\n"))).toEqual([]);
  expect(await complaintsOf([...member, "v2-deprecation: gone"].join("\n"))).toEqual([
    expect.stringContaining("v2-deprecation"),
  ]);
});
