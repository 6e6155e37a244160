import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** The UTF-16 units that ZooKeeper allows in no path, from and to. */
const FORBIDDEN: readonly (readonly [from: number, to: number])[] = [
  [0x0000, 0x001f],
  [0x007f, 0x009f],
  [0xd800, 0xf8ff],
  [0xfff0, 0xffff],
];

/**
 * Checks a node's path by ZooKeeper's rules; servers leave that to clients.
 *
 * @throws `CliError` (usage)
 */
export function checkPath(path: string): void {
  const why = pathProblem(path);
  if (why !== null) throw new CliError(EXIT.usage, `"${path}" is not a node's path: ${why}`);
}

function pathProblem(path: string): string | null {
  if (!path.startsWith("/")) return "begin it with /";
  if (path === "/") return null;
  if (path.endsWith("/")) return "leave out the / at its end";
  const names = path.slice(1).split("/");
  if (names.includes("")) return "no name in it may be empty";
  if (names.some((name) => name === "." || name === "..")) return "no name in it may be . or ..";
  return hasForbidden(path) ? "it holds a character that ZooKeeper forbids" : null;
}

function hasForbidden(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    if (FORBIDDEN.some(([from, to]) => unit >= from && unit <= to)) return true;
  }
  return false;
}

/** The path of a child. */
export function childPath(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

/** The path of the node that a node is a child of. */
export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
