import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  checkLinearizability,
  formatVerdict,
  keyValueModel,
  registerModel,
  type History,
  type Model,
} from "../../../src/testing/linearizability/index.ts";
import { parseJepsen } from "./parse-jepsen.ts";
import { parseKeyValue } from "./parse-key-value.ts";

const SHARED = process.env["QUORATE_SHARED"];
const FOLDER = SHARED ? join(SHARED, "lin-data") : undefined;
const SKIPPED = FOLDER ? "" : ": skipped, set QUORATE_SHARED to the folder that has lin-data";

describe.skipIf(!FOLDER)(`histories that others recorded${SKIPPED}`, () => {
  const folder = FOLDER ?? "";
  const verdicts = FOLDER ? readVerdicts(folder) : [];

  test("are there, of both kinds", () => {
    expect(verdicts.filter(([, isLinearizable]) => isLinearizable).length).toBeGreaterThan(3);
    expect(verdicts.filter(([, isLinearizable]) => !isLinearizable).length).toBeGreaterThan(3);
  });

  test.each(verdicts)("%s: %s", (path, isLinearizable) => {
    const text = readFileSync(join(folder, path), "utf8");
    const verdict = path.startsWith("jepsen/")
      ? verdictOf(registerModel, parseJepsen(text))
      : verdictOf(keyValueModel, parseKeyValue(text));
    expect(verdict).toMatch(isLinearizable ? /^linearizable$/ : /is not linearizable/);
  });
});

function readVerdicts(folder: string): readonly (readonly [string, boolean])[] {
  const text = readFileSync(join(folder, "verdicts.json"), "utf8");
  return Object.entries(JSON.parse(text) as Record<string, boolean>);
}

function verdictOf<Input, Output, State>(
  model: Model<Input, Output, State>,
  history: History<Input, Output>,
): string {
  return formatVerdict(model, checkLinearizability(model, history));
}
