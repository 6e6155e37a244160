import { afterEach, expect } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { run } from "../../src/run.ts";
import { fakeTerminal, type FakeTerminalOptions } from "../fake-terminal.ts";
import { FakeZooKeeper, type Step } from "./fake-zookeeper.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `quorate zk`. */
export function zk(...args: readonly string[]): Promise<Ran> {
  return zkAt({}, ...args);
}

/** The same at a terminal of that kind. */
export async function zkAt(options: FakeTerminalOptions, ...args: readonly string[]): Promise<Ran> {
  const terminal = fakeTerminal(options);
  const code = await run(["zk", ...args], terminal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
}

/** What it prints when nothing is wrong. */
export async function printed(...args: readonly string[]): Promise<string> {
  const { out, ...rest } = await zk(...args);
  expect(rest).toEqual({ code: EXIT.ok, err: "" });
  return out;
}

/** Starts servers, each with its dialogues, and sees behind every test that these took place. */
export function fakes(): (...dialogues: readonly (readonly Step[])[]) => Promise<string> {
  const started: FakeZooKeeper[] = [];
  afterEach(() => {
    for (const server of started.splice(0)) expect(server.close()).toEqual([]);
  });
  return async (...dialogues) => {
    const server = await FakeZooKeeper.start(...dialogues);
    started.push(server);
    return server.endpoint;
  };
}
