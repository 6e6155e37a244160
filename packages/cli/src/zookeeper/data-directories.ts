import { join, resolve, isAbsolute } from "node:path";
import type { Findings } from "./findings.ts";
import type { ZooProperties } from "./zoo-properties.ts";

/** Where a server keeps its files; all absolute. */
export interface DataDirectories {
  /** Holds `myid`. */
  readonly dataDir: string;
  /** `dataLogDir`, or else the same as dataDir. */
  readonly logDir: string;
  /** Quorate's own files, log and snapshots, and nobody else's. */
  readonly storageDir: string;
}

/** The directory in dataDir or dataLogDir that holds Quorate's own files. */
export const STORAGE_NAME = "quorate";

/** The directories that the keys name, relative to `cwd` as in ZooKeeper; null without dataDir. */
export function dataDirectories(
  { values }: ZooProperties,
  cwd: string,
  { warnings }: Findings,
): DataDirectories | null {
  const absolute = (key: string): string | null => {
    const setting = values.get(key);
    if (!setting?.value) return null;
    const path = resolve(cwd, setting.value);
    // A leading ./ says that it is meant so.
    if (!isAbsolute(setting.value) && !setting.value.startsWith("./")) {
      warnings.push(`${setting.at}: ${key} is relative: it is ${path} when started from ${cwd}`);
    }
    return path;
  };
  const dataDir = absolute("dataDir");
  const logDir = absolute("dataLogDir") ?? dataDir;
  if (dataDir === null || logDir === null) return null;
  return { dataDir, logDir, storageDir: join(logDir, STORAGE_NAME) };
}
