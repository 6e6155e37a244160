import { readdir, readFile } from "node:fs/promises";

/** File descriptors of this process; null where the system does not tell. */
export interface Descriptors {
  readonly open: number | null;
  /** How many may be open. */
  readonly limit: number | null;
}

export async function descriptors(): Promise<Descriptors> {
  return { open: await openDescriptors(), limit: await descriptorLimit() };
}

async function openDescriptors(): Promise<number | null> {
  try {
    const names = await readdir("/proc/self/fd");
    return names.length - 1; // without the one that looks
  } catch {
    return null;
  }
}

async function descriptorLimit(): Promise<number | null> {
  try {
    const limits = await readFile("/proc/self/limits", "utf8");
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
