import { QuorateError } from "@quorate/core";
import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";

const PREFIX = "LOCK.";

/** Whether the name in a data directory is a lock's. */
export function isLock(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Keeps a second opener out of a directory. Each opener makes a file that carries its own name and
 * only then looks for others: of two at the same time both may be refused, but never none. The
 * name says which process, of which boot, started when, so that what kill -9 left behind is
 * recognised even when the process id is in use again, and deleting it can hit nobody else's.
 *
 * @returns how to give it free
 * @throws `ERR_STORAGE_LOCKED`
 */
export function lockDirectory(fileSystem: FileSystem, path: string): () => void {
  const mine = `${PREFIX}${fileSystem.owner()}`;
  const file = join(path, mine);
  try {
    fileSystem.createExclusive(file, new Uint8Array(0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw locked(path, "this very process");
    throw error;
  }
  for (const name of fileSystem.list(path)) {
    if (!isLock(name) || name === mine) continue;
    const owner = name.slice(PREFIX.length);
    if (fileSystem.isAlive(owner)) {
      fileSystem.remove(file);
      throw locked(path, `process ${owner.split("-")[0]}`);
    }
    fileSystem.remove(join(path, name));
  }
  return () => fileSystem.remove(file);
}

function locked(path: string, owner: string): QuorateError {
  return new QuorateError(
    "ERR_STORAGE_LOCKED",
    `${path} is in use by ${owner}: stop it, or choose another data directory`,
  );
}
