import { expect, test } from "vitest";
import { ProgressLine } from "../../src/terminal/progress-line.ts";
import { fakeTerminal } from "../fake-terminal.ts";

test("a person sees the line, and nothing of it afterwards", () => {
  const terminal = fakeTerminal({ isTerminal: true });
  const line = new ProgressLine(terminal.err, true);
  line.show("half");
  line.clear();
  line.clear();
  expect(terminal.stderr()).toBe("\rhalf\u001b[K\r\u001b[K");
});

test.each([
  ["a program", false, true],
  ["a person who wants JSON", true, false],
])("%s sees none", (_, isTerminal, isWanted) => {
  const terminal = fakeTerminal({ isTerminal });
  const line = new ProgressLine(terminal.err, isWanted);
  line.show("half");
  line.clear();
  expect(terminal.stderr()).toBe("");
});
