import { expect, test } from "vitest";
import { createLogger } from "../src/log/logger.ts";
import { fakeTerminal } from "./fake-terminal.ts";

test("a person reads time, level, text and fields", () => {
  const terminal = fakeTerminal();
  const log = createLogger(terminal.err, "info", "console");
  log.debug("not shown");
  log.info({ leader: "m1", term: 3, why: "two words" }, "leader changed");
  expect(terminal.stderr()).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} INFO  leader changed leader=m1 term=3 why="two words"\n$/,
  );
});

test("a program reads JSON", () => {
  const terminal = fakeTerminal();
  createLogger(terminal.err, "panic", "json").error("not shown");
  createLogger(terminal.err, "warn", "json").warn({ port: 1 }, "text");
  const record: unknown = JSON.parse(terminal.stderr());
  expect(record).toMatchObject({
    level: "warn",
    port: 1,
    msg: "text",
    time: expect.stringMatching(/Z$/),
  });
});

test("colours only where they are welcome", () => {
  const plain = fakeTerminal();
  const coloured = fakeTerminal({ colours: true });
  for (const { err } of [plain, coloured]) createLogger(err, "info", "console").warn("text");
  expect(plain.stderr()).not.toContain("\u001b[");
  expect(coloured.stderr()).toContain("\u001b[");
});
