import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { STORAGE_NAME, type DataDirectories } from "./data-directories.ts";

/** Where Java's ZooKeeper keeps log and snapshots below its directories. */
const JAVA_DIRECTORY = "version-2";

/**
 * Why the directories cannot be served, or null: served as if they were empty, somebody's data
 * would silently be lost.
 */
export function foreignDataProblem(directories: DataDirectories): string | null {
  const { dataDir, logDir, storageDir } = directories;
  for (const directory of new Set([dataDir, logDir])) {
    const found = javaFile(join(directory, JAVA_DIRECTORY));
    if (found === null) continue;
    return (
      `${directory} holds the data of Java's ZooKeeper (${found}), which Quorate does not read: ` +
      "start with another dataDir that has only a copy of myid, and copy the nodes over with a client while ZooKeeper still serves them"
    );
  }
  const earlier = join(dataDir, STORAGE_NAME);
  if (storageDir !== earlier && !existsSync(storageDir) && existsSync(earlier)) {
    return (
      `this server's data is in ${earlier}, from before dataLogDir was set: ` +
      `move that directory to ${storageDir} while the server is stopped, or remove dataLogDir`
    );
  }
  return null;
}

function javaFile(directory: string): string | null {
  const name = namesIn(directory).find((file) =>
    /^(?:(?:log|snapshot)\.[0-9a-f]+|currentEpoch|acceptedEpoch)/.test(file),
  );
  return name === undefined ? null : join(directory, name);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // There is none; whatever else is wrong with it, the storage says so.
    return [];
  }
}
