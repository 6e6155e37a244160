import { runScript } from "@quorate/core/testing/script";
import { simulatedZab } from "../src/testing/index.ts";

/** Runs a script without empty lines and returns what it prints; throws where an invariant breaks. */
export function play(script: string): readonly string[] {
  const text = script.trim().replaceAll(/^\s+/gm, "");
  const printed = runScript({ protocol: simulatedZab, name: "script", text }).trimEnd().split("\n");
  return printed.slice(printed.indexOf("----") + 1);
}

/** Checks that the lines are printed in this order, whatever else is. */
export function inOrder(printed: readonly string[], lines: readonly string[]): boolean {
  let at = 0;
  for (const line of printed) if (line === lines[at]) at++;
  return at === lines.length;
}
