import { nearest } from "../nearest.ts";
import type { Findings } from "./findings.ts";
import type { Setting } from "./zoo-properties.ts";

/** Every four-letter word of ZooKeeper 3.8 and 3.9. */
export const FOUR_LETTER_WORDS: readonly string[] = [
  "conf",
  "cons",
  "crst",
  "dirs",
  "dump",
  "envi",
  "gtmk",
  "hash",
  "isro",
  "mntr",
  "ruok",
  "srst",
  "srvr",
  "stat",
  "stmk",
  "wchc",
  "wchp",
  "wchs",
];

/** What is answered without a whitelist. */
const DEFAULT: readonly string[] = ["srvr"];

/** Reads `4lw.commands.whitelist`: names separated by commas, or `*` for all. */
export function readWhitelist(
  setting: Setting | undefined,
  { warnings }: Findings,
): readonly string[] {
  if (!setting) return DEFAULT;
  const names = setting.value.split(",").map((name) => name.trim());
  if (names.includes("*")) return FOUR_LETTER_WORDS;
  for (const name of names) {
    if (name === "" || FOUR_LETTER_WORDS.includes(name)) continue;
    const meant = nearest(name, FOUR_LETTER_WORDS);
    warnings.push(
      `${setting.at}: ${setting.key}: "${name}" is no four-letter word${meant ? `: did you mean ${meant}?` : ""}`,
    );
  }
  return [...new Set(names.filter((name) => FOUR_LETTER_WORDS.includes(name)))];
}
