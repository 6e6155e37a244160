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
