import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./source-files.ts";

/** What a sweep over a mutant found. */
export interface MutantVerdict {
  /** The first seed that showed the bug, or null when none did. */
  readonly seed: number | null;
  readonly checker: string | null;
}

/** What can be simulated: the packages that it takes, and what a seed of it finds. */
interface Simulation {
  readonly packages: readonly string[];
  readonly imports: string;
  /** Of the `seed`; an expression with the `violations`. */
  readonly run: string;
}

const protocol = (name: string, simulated: string): Simulation => ({
  packages: ["core", name],
  imports: `import { runSimulation } from "@quorate/core/testing/sim";
import { ${simulated} as protocol } from "@quorate/${name}/testing";`,
  run: "runSimulation({ protocol, seed })",
});

const service = (run: string): Simulation => ({
  packages: ["core", "raft", "zab", "storage-fs", "transport-tcp", "kv"],
  imports: `import { ${run} } from "@quorate/kv/testing";`,
  run: `await ${run}({ seed })`,
});

const SIMULATIONS = {
  raft: protocol("raft", "simulatedRaft"),
  zab: protocol("zab", "simulatedZab"),
  etcd: service("runEtcdSimulation"),
  zookeeper: service("runZooKeeperSimulation"),
} as const satisfies Record<string, Simulation>;

/** What a bug is put into. */
export type Simulated = keyof typeof SIMULATIONS;

const sweep = ({ imports, run }: Simulation): string => `
${imports}
let found = { seed: null, checker: null };
for (let seed = Number(process.argv[2]); seed <= Number(process.argv[3]); seed++) {
  const { violations } = ${run};
  if (violations.length === 0) continue;
  found = { seed, checker: violations[0].checker };
  break;
}
console.log(JSON.stringify(found));
`;

/**
 * Puts a known bug back into a copy of the sources and runs seeds until one shows it.
 *
 * @param patch - path of a patch against the repository's root
 */
export function runMutant(
  simulated: Simulated,
  patch: string,
  first: number,
  last: number,
): MutantVerdict {
  const simulation = SIMULATIONS[simulated];
  const dir = mkdtempSync(join(tmpdir(), "quorate-mutant-"));
  try {
    for (const name of simulation.packages) {
      const to = join(dir, "packages", name);
      mkdirSync(to, { recursive: true });
      cpSync(join(ROOT, "packages", name, "src"), join(to, "src"), { recursive: true });
      cpSync(join(ROOT, "packages", name, "package.json"), join(to, "package.json"));
      mkdirSync(join(dir, "node_modules", "@quorate"), { recursive: true });
      symlinkSync(to, join(dir, "node_modules", "@quorate", name));
    }
    execFileSync("git", ["apply", "-p1", patch], { cwd: dir });
    writeFileSync(join(dir, "sweep.mts"), sweep(simulation));
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
