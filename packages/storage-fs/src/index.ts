/**
 * Keeps a member's log and snapshots on a file system.
 *
 * Read in this order: `file-system`, `wal/group`, `wal/segment`, `wal/fs-log-store`,
 * `wal/recover-wal`, `snapshot/*`, `data-directory`.
 *
 * @packageDocumentation
 */
export {
  openDataDirectory,
  type DataDirectory,
  type DataDirectoryOptions,
  type GroupStorage,
} from "./data-directory.ts";
export type { DirectoryIdentity } from "./directory-identity.ts";
export type { FileSystem, OpenFile } from "./file-system.ts";
export { seedDataDirectory, type DirectorySeed } from "./seed-directory.ts";
export type { RepairedTail } from "./wal/recover-wal.ts";
