import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { runScript } from "@quorate/core/testing/script";
import { expect, test } from "vitest";
import { simulatedRaft } from "../../src/testing/index.ts";

const DIRECTORY = new URL("./", import.meta.url);
/** Set: transcripts are written as they come out, instead of being compared. */
const UPDATES = process.env["QUORATE_UPDATE_SCRIPTS"] === "1";

const scripts = readdirSync(DIRECTORY, { encoding: "utf8", recursive: true })
  .filter((name) => name.endsWith(".txt"))
  .sort();

test.each(scripts)("%s goes as written", (name) => {
  const file = new URL(name, DIRECTORY);
  const text = readFileSync(file, "utf8");
  const printed = runScript({ protocol: simulatedRaft, name, text });
  if (UPDATES) writeFileSync(file, printed);
  else expect(printed).toBe(text);
});
