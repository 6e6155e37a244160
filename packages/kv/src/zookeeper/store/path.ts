/** ZooKeeper's own nodes, which no client may delete. */
const SPECIAL: ReadonlySet<string> = new Set([
  "/",
  "/zookeeper",
  "/zookeeper/quota",
  "/zookeeper/config",
]);

export function isSpecialPath(path: string): boolean {
  return SPECIAL.has(path);
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** Paths that something is kept for: a set of them, or the keys of a map. */
export interface PathIndex {
  readonly size: number;
  has(path: string): boolean;
  keys(): Iterable<string>;
}

/**
 * Those of the paths that the path is, or is below. Gone through is whichever is fewer, these paths or
 * the path's own segments: a path may have half a million of them.
 */
export function* pathsOver(path: string, paths: PathIndex): Generator<string> {
  if (paths.size === 0) return;
  if (paths.size < path.split("/", paths.size + 1).length) {
    for (const other of paths.keys()) if (isAtOrBelow(path, other)) yield other;
    return;
  }
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const prefix = path.slice(0, end);
    if (paths.has(prefix)) yield prefix;
  }
  if (path !== "/" && paths.has("/")) yield "/";
}

function isAtOrBelow(path: string, other: string): boolean {
  if (other === "/" || path === other) return true;
  return path.startsWith(other) && path.charCodeAt(other.length) === SLASH;
}

/**
 * ZooKeeper's rules for a path: absolute, without empty and relative segments and without control
 * characters, surrogates, the private use area and the specials at its end.
 */
export function isValidPath(path: string): boolean {
  if (path.charCodeAt(0) !== SLASH) return false;
  if (path.length === 1) return true;
  let start = 1;
  for (let at = 1; at <= path.length; at++) {
    const unit = at < path.length ? path.charCodeAt(at) : SLASH;
    if (unit === SLASH) {
      if (!isValidName(path, start, at)) return false;
      start = at + 1;
    } else if (isRefused(unit)) return false;
  }
  return true;
}

function isValidName(path: string, start: number, end: number): boolean {
  if (end - start > 2) return true;
  for (let at = start; at < end; at++) if (path.charCodeAt(at) !== DOT) return true;
  return false;
}

function isRefused(unit: number): boolean {
  if (unit < 0x20) return true;
  if (unit < 0x7f) return false;
  return unit <= 0x9f || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0;
}
