import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pagePaths } from "../pages.ts";
import { textOf } from "../source-files.ts";
import { documentedCode, type CodeBlock } from "./code-block.ts";
import { complaintsOf } from "./config-file.ts";
import { typedIn } from "./console-session.ts";
import { ExampleModules } from "./example-modules.ts";
import { isExpected } from "./expected-output.ts";
import { namedCommands, unknownIn } from "./known-commands.ts";
import { NOT_RUN, whyNotRun } from "./not-run.ts";
import { isInstalled, PageSession } from "./page-session.ts";

/** What is tested; beside these there is `text`, for drawings. */
const TESTED = ["console", "ts", "yaml"];

/** Programs that not everybody has, and Debian's packages of them; without them their blocks are skipped. */
const OPTIONAL = [
  ["etcdctl", "etcd-client"],
  ["/usr/share/zookeeper/bin/zkCli.sh", "zookeeper"],
] as const;

const missing = OPTIONAL.filter(([program]) => !isInstalled(program));
for (const [program, debianPackage] of missing) {
  console.warn(`${program} is not installed (package ${debianPackage}): its blocks are skipped`);
}

const code = documentedCode();
const blocks = [...code.values()].flat();

test("every block is of a kind that is checked", () => {
  const unknown = blocks.filter(({ kind }) => kind !== "text" && !TESTED.includes(kind));
  expect(unknown.map(({ path, line, kind }) => `${path}:${line} "${kind}"`)).toEqual([]);
});

test("no drawing is a session", () => {
  const sessions = blocks.filter(({ kind, text }) => kind === "text" && /^\s*\$ /m.test(text));
  expect(sessions.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
});

test("commands that pages name in their text exist", () => {
  const commands = pagePaths().flatMap((path) => namedCommands(textOf(path)));
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.flatMap(unknownIn)).toEqual([]);
});

test("commands that are not run exist, and stand in a page", () => {
  expect(NOT_RUN.flatMap(({ command }) => unknownIn(command))).toEqual([]);
  const typed = blocks
    .filter(({ kind }) => kind === "console")
    .flatMap(({ text }) => typedIn(text));
  const stale = NOT_RUN.filter((row) => !typed.some((text) => whyNotRun(text) === row.why));
  expect(stale).toEqual([]);
});

let modules: ExampleModules;
beforeAll(async () => {
  modules = await ExampleModules.compile(blocks.filter(({ kind }) => kind === "ts"));
});
afterAll(() => modules.remove());

test("the compiler complains of nothing but examples", () => {
  expect(modules.otherErrors).toEqual([]);
});

const withTests = [...code].filter(([, found]) => found.some(({ kind }) => TESTED.includes(kind)));

describe.each(withTests)("%s", (_path, ofPage) => {
  let session: PageSession;
  beforeAll(async () => {
    session = await PageSession.open();
  });
  afterAll(() => session.close());

  for (const block of ofPage) {
    switch (block.kind) {
      case "console":
        describeConsole(block, () => session);
        break;
      case "ts":
        test(titleOf(block), async () => {
          expect(modules.errorsIn(block)).toEqual([]);
          const printed = await modules.run(block);
          const promised = modules.promisedOutput(block);
          if (!isExpected(promised, printed)) expect(printed).toBe(promised);
        });
        break;
      case "yaml":
        test(titleOf(block), async () => {
          expect(await complaintsOf(block.text)).toEqual([]);
        });
    }
  }
});

function describeConsole(block: CodeBlock, session: () => PageSession): void {
  const commands = typedIn(block.text);
  const reasons = commands.map(whyNotRun);
  if (reasons.some((why) => why !== null)) {
    test(`${titleOf(block)}: its commands exist; it is not run`, () => {
      expect(reasons, "of a block all commands are run, or none").not.toContain(null);
      expect(commands.flatMap(unknownIn)).toEqual([]);
    });
    return;
  }
  test(titleOf(block), async ({ skip }) => {
    const [absent] = missing.find(([program]) => block.text.includes(`${program} `)) ?? [];
    skip(absent !== undefined, `${absent} is not installed`);
    const { page, actual } = await session().type(block.text);
    expect(actual).toBe(page);
  });
}

function titleOf({ path, line, kind }: CodeBlock): string {
  return line === 0 ? path : `${path}:${line} ${kind}`;
}
