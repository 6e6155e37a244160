import { pagePaths } from "../pages.ts";
import { filesUnder, sourcePaths, textOf } from "../source-files.ts";

/** A fenced block of code in a page, in a comment of a source, or a whole example file. */
export interface CodeBlock {
  readonly path: string;
  /** The line of the fence; the code begins on the next. */
  readonly line: number;
  /** What stands behind the fence: the language. */
  readonly kind: string;
  readonly text: string;
}

/** Every page and source that has code for readers, with it. */
export function documentedCode(): ReadonlyMap<string, readonly CodeBlock[]> {
  const paths = [...pagePaths(), ...sourcePaths(), ...filesUnder("docs/examples", ".ts")];
  const found = paths.map((path) => [path, codeBlocks(path, textOf(path))] as const);
  return new Map(found.filter(([, blocks]) => blocks.length > 0));
}

/**
 * The blocks of one file.
 *
 * @throws for a fence that is not closed
 */
export function codeBlocks(path: string, content: string): CodeBlock[] {
  if (path.startsWith("docs/examples/")) return [{ path, line: 0, kind: "ts", text: content }];
  const lines = path.endsWith(".ts") ? docComments(content) : content.split("\n");
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opened = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(lines[at] ?? "");
    if (!opened) continue;
    const [, indent = "", fence = "", info = ""] = opened;
    const end = lines.indexOf(indent + fence, at + 1);
    if (end < 0) throw new Error(`${path}:${at + 1} opens a block and does not close it`);
    blocks.push({
      path,
      line: at + 1,
      // A fence of another make is a kind of its own, which nobody knows.
      kind: fence === "```" ? info.trim() : fence + info,
      text: lines
        .slice(at + 1, end)
        .map((line) => `${line.slice(indent.length)}\n`)
        .join(""),
    });
    at = end;
  }
  return blocks;
}

/** The source's lines as far as they are TSDoc, without its stars; all others are empty. */
function docComments(source: string): string[] {
  let inside = false;
  return source.split("\n").map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true;
    const text = inside ? /^\s*\* ?(?!\/)(.*)$/.exec(line)?.[1] : undefined;
    if (line.includes("*/")) inside = false;
    return text ?? "";
  });
}
