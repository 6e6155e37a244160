import { QuorateError, type NodeId } from "@quorate/core";
import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";

/** Whose data a directory holds; another's is refused. */
export interface DirectoryIdentity {
  readonly cluster: string;
  readonly member: NodeId;
  /** The settings that it comes from: what to check when they do not fit the directory. */
  readonly from: string;
}

/** What makes a directory a member's. */
export const IDENTITY = "quorate.json";
export const IDENTITY_STAGED = "quorate.json.staged";
const FORMAT = 1;

/** Makes the directory this member's. */
export function writeIdentity(
  fileSystem: FileSystem,
  path: string,
  { cluster, member }: DirectoryIdentity,
): void {
  const content = `${JSON.stringify({ format: FORMAT, cluster, member })}\n`;
  // Beside and renamed: a crash must not leave half of it.
  const staged = join(path, IDENTITY_STAGED);
  if (fileSystem.read(staged) !== null) fileSystem.remove(staged);
  fileSystem.createExclusive(staged, new TextEncoder().encode(content));
  fileSystem.rename(staged, join(path, IDENTITY));
  fileSystem.syncDirectory(path);
}

/**
 * Refuses a directory that is another's; one that is nobody's becomes this member's.
 *
 * @throws `ERR_WRONG_CLUSTER`, `ERR_STORAGE_VERSION`, `ERR_STORAGE_CORRUPT`
 */
export function checkIdentity(
  fileSystem: FileSystem,
  path: string,
  identity: DirectoryIdentity,
): void {
  const file = join(path, IDENTITY);
  const found = fileSystem.read(file);
  if (found === null) {
    writeIdentity(fileSystem, path, identity);
    return;
  }
  const { format, cluster, member } = parseIdentity(file, found);
  if (format !== FORMAT) {
    throw new QuorateError(
      "ERR_STORAGE_VERSION",
      `${path} has format ${format}, this version knows ${FORMAT}: start the version that wrote it`,
    );
  }
  if (cluster !== identity.cluster || member !== identity.member) {
    throw new QuorateError(
      "ERR_WRONG_CLUSTER",
      `${path} belongs to member ${member} of cluster ${cluster}, but this is member ` +
        `${identity.member} of cluster ${identity.cluster}: check ${identity.from}`,
    );
  }
}

function parseIdentity(
  file: string,
  bytes: Uint8Array,
): Omit<DirectoryIdentity, "from"> & { readonly format: number } {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (
      typeof value === "object" &&
      value !== null &&
      "format" in value &&
      typeof value.format === "number"
    ) {
      const cluster = "cluster" in value ? String(value.cluster) : "";
      return {
        format: value.format,
        cluster,
        member: "member" in value ? String(value.member) : "",
      };
    }
  } catch {
    // Told below, with the file's name.
  }
  throw new QuorateError(
    "ERR_STORAGE_CORRUPT",
    `${file} is not what Quorate wrote: restore it from a copy`,
  );
}
