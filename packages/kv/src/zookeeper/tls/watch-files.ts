import { statSync } from "node:fs";

/**
 * Looks at files again and again, and calls back when one of them is another than before. What it
 * compares with is how they are now, so that whoever reads them behind this call misses nothing.
 *
 * @returns ends it
 */
export function watchFiles(
  paths: readonly string[],
  everyMillis: number,
  changed: () => void,
): () => void {
  let seen = stateOf(paths);
  const timer = setInterval(() => {
    const state = stateOf(paths);
    if (state === seen) return;
    seen = state;
    changed();
  }, everyMillis);
  timer.unref();
  return () => clearInterval(timer);
}

function stateOf(paths: readonly string[]): string {
  return paths.map(fileState).join("\n");
}

function fileState(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return "not to be seen";
  }
}
