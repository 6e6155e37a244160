import { readdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { tokensOf, type Token } from "./source-tokens.ts";

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** A source file: its path from the root, with slashes, and its tokens. */
export interface SourceFile {
  readonly path: string;
  readonly tokens: readonly Token[];
}

/** The files under `directory` that end in `suffix`, without what is installed or built. */
export function filesUnder(directory: string, suffix: string): string[] {
  return readdirSync(resolve(ROOT, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => relative(ROOT, resolve(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !/(?:^|\/)(?:node_modules|dist)\//.test(path))
    .toSorted();
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(resolve(ROOT, path), "utf8");
}

/** Where the sources of every package are. */
export function sourcePaths(): string[] {
  return filesUnder("packages", ".ts").filter((path) => /^packages\/[^/]+\/src\//.test(path));
}

/** The sources of every package. */
export function sourceFiles(): SourceFile[] {
  return sourcePaths().map((path) => ({ path, tokens: tokensOf(textOf(path)) }));
}
