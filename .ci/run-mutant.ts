import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = new URL("../../../../", import.meta.url).pathname;

/** What a sweep over a mutant found. */
export interface MutantVerdict {
  /** The first seed that showed the bug, or null when none did. */
  readonly seed: number | null;
  readonly checker: string | null;
}

const SWEEP = `
import { runSimulation } from "@quorate/core/testing/sim";
import { simulatedRaft } from "@quorate/raft/testing";
let found = { seed: null, checker: null };
for (let seed = Number(process.argv[2]); seed <= Number(process.argv[3]); seed++) {
  const { violations } = runSimulation({ protocol: simulatedRaft, seed });
  if (violations.length === 0) continue;
  found = { seed, checker: violations[0].checker };
  break;
}
console.log(JSON.stringify(found));
`;

/**
 * Puts a known bug back into a copy of the sources and runs seeds until one shows it.
 *
 * @param patch - path of a patch against the repository's root, or null for the sources as they are
 */
export function runMutant(patch: string | null, first: number, last: number): MutantVerdict {
  const dir = mkdtempSync(join(tmpdir(), "quorate-mutant-"));
  try {
    for (const name of ["core", "raft"]) {
      const to = join(dir, "packages", name);
      mkdirSync(to, { recursive: true });
      cpSync(join(ROOT, "packages", name, "src"), join(to, "src"), { recursive: true });
      cpSync(join(ROOT, "packages", name, "package.json"), join(to, "package.json"));
      mkdirSync(join(dir, "node_modules", "@quorate"), { recursive: true });
      symlinkSync(to, join(dir, "node_modules", "@quorate", name));
    }
    if (patch !== null) execFileSync("git", ["apply", "-p1", patch], { cwd: dir });
    writeFileSync(join(dir, "sweep.mts"), SWEEP);
    const args = ["--conditions=@quorate/source", "--no-warnings", "sweep.mts"];
    const stdout = execFileSync(process.execPath, [...args, String(first), String(last)], {
      cwd: dir,
      encoding: "utf8",
    });
    return JSON.parse(stdout) as MutantVerdict;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
