import { QuorateError } from "@quorate/core";

/** A failed system call as an error of ours, naming the file. Want of space is told apart. */
export function storageError(doing: string, path: string, error: unknown): QuorateError {
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new QuorateError(
    full ? "ERR_STORAGE_FULL" : "ERR_STORAGE_FAILED",
    `${doing} ${path} failed: ${full ? "no space left on the disk" : message}`,
    { cause: error },
  );
}

/** What is wrong with the path of a data directory, where it is more than the disk. */
export function directoryError(path: string, error: unknown): QuorateError {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOTDIR" && code !== "EEXIST") return storageError("opening", path, error);
  const text = `${path} is not a directory: give the path of one`;
  return new QuorateError("ERR_STORAGE_FOREIGN", text, { cause: error });
}

/** Bytes that were durable are not what they were. */
export function corrupt(path: string, offset: number, why: string): QuorateError {
  return new QuorateError(
    "ERR_STORAGE_CORRUPT",
    `${path} is damaged at byte ${offset}: ${why}. It held acknowledged data, so nothing is ` +
      "repaired: restore this file from a copy of this member's, or leave the member stopped",
  );
}
