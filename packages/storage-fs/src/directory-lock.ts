import { QuorateError } from "@quorate/core";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";

/**
 * Keeps a second process out of a directory. The lock names its owner by process id and start time,
 * so that one left behind by kill -9 is recognised even when the id is in use again.
 *
 * @returns how to give it free
 * @throws `ERR_STORAGE_LOCKED`
 */
export function lockDirectory(fileSystem: FileSystem, path: string): () => void {
  const file = join(path, "LOCK");
  const owner = describeProcess(process.pid);
  const found = fileSystem.read(file);
  if (found !== null) {
    const text = new TextDecoder().decode(found).trim();
    const pid = Number(text.split(" ")[0]);
    if (held.has(file) || (pid !== process.pid && isRunning(pid, text))) {
      throw new QuorateError(
        "ERR_STORAGE_LOCKED",
        `${path} is in use by process ${pid}: stop it, or choose another data directory`,
      );
    }
    fileSystem.remove(file);
  }
  fileSystem.createExclusive(file, new TextEncoder().encode(`${owner}\n`));
  held.add(file);
  return () => {
    if (held.delete(file)) fileSystem.remove(file);
  };
}

/** Locks of this very process: several members may live in one. */
const held = new Set<string>();

function isRunning(pid: number, text: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return describeProcess(pid) === text;
}

/** Process id and, where the system tells it, the start time in ticks since boot. */
function describeProcess(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields follow the command, which may hold spaces and parentheses itself; the 20th is the start.
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${pid} ${started ?? ""}`;
  } catch {
    return `${pid} `;
  }
}
