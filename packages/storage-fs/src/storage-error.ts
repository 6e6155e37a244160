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

/** Bytes that were durable are not what they were. */
export function corrupt(path: string, offset: number, why: string): QuorateError {
  return new QuorateError(
    "ERR_STORAGE_CORRUPT",
    `${path} is damaged at byte ${offset}: ${why}. It held acknowledged data, so nothing is ` +
      "repaired: restore this file from a copy of this member's, or leave the member stopped",
  );
}
