import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of the files in a directory and below it. What vanishes meanwhile does not count; 0 for no directory. */
export async function directoryBytes(path: string): Promise<number> {
  if (path === "") return 0;
  const names = await readdir(path, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) {
    const file = await stat(join(path, name)).catch(() => null);
    if (file?.isFile() === true) bytes += file.size;
  }
  return bytes;
}
