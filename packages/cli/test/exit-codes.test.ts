import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT, EXIT_MEANINGS } from "../src/exit-codes.ts";

test("the README lists exactly the exit codes that exist, with their meaning", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const section = /^## Exit codes$(.*?)(?=^## |$(?![^]))/ms.exec(readme)?.[1] ?? "";
  const rows = [...section.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, meaning]) => ({
    code: Number(code),
    meaning,
  }));
  expect(rows).toEqual(Object.values(EXIT_MEANINGS));
});

test("no two meanings share a code", () => {
  expect(new Set(Object.values(EXIT)).size).toBe(Object.keys(EXIT).length);
  for (const name of Object.keys(EXIT) as (keyof typeof EXIT)[])
    expect(EXIT_MEANINGS[name].code).toBe(EXIT[name]);
});
