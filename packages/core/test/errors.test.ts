import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("docs/errors.md lists exactly the codes that exist", () => {
  const union = read("../src/errors.ts").split("/** An error of Quorate")[0] ?? "";
  const codes = [...union.matchAll(/\| "(ERR_[A-Z_]+)"/g)].map((match) => match[1]);
  const rows = [...read("../../../docs/errors.md").matchAll(/^\| `(ERR_[A-Z_]+)`/gm)];
  expect(codes.length).toBeGreaterThan(10);
  expect(rows.map((match) => match[1])).toEqual(codes);
});
