import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freeBase, onPorts } from "./ports.ts";
import { BIN } from "./quorate-bin.ts";

/** The member's own word, in its log, that it serves. */
const RUNS = "the member runs";
const RUNS_WITHIN_MS = 30_000;

/**
 * Starts a member with a configuration file, on free ports, and stops it as soon as it runs.
 *
 * @returns what it complained of: warnings and worse, and how it ended if not well
 */
export async function complaintsOf(yaml: string): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), "quorate-config-"));
  writeFileSync(join(directory, "member.yaml"), onPorts(await freeBase(), yaml));
  const child = spawn(process.execPath, [BIN, "server", "--config-file", "member.yaml"], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] },
    timeout: RUNS_WITHIN_MS,
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.includes(RUNS)) child.kill("SIGTERM");
    log.push(line);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  rmSync(directory, { recursive: true, force: true });
  const complaints = log.filter((line) => !/ INFO |"level":"info"/.test(line));
  return code === 0 ? complaints : [...complaints, `exit code ${code}`];
}
