import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { proseOf } from "./pages.ts";
import { ROOT } from "./source-files.ts";

/** The links of a page that lead nowhere, and the sources it names that do not exist, as `page target`. */
export function brokenLinks(page: string, markdown: string): string[] {
  const prose = proseOf(markdown);
  const links = [...prose.matchAll(/\]\(<?([^)>\s]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)]
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((target) => !/^[a-z]+:/i.test(target) && !leadsSomewhere(page, target));
  // `raft/src/raft.ts` is how pages name a source: from packages/, or from the package of a README.
  const sources = [...prose.matchAll(/`([a-z][\w-]*\/[\w./-]+)`/g)]
    .map((match) => match[1] ?? "")
    .filter((path) => /^(?:[\w-]+\/)?(?:src|test)\//.test(path) && !sourceExists(page, path));
  return [...links, ...sources].map((target) => `${page} ${target}`);
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = "", fragment] = target.split("#");
  const file = path === "" ? resolve(ROOT, page) : resolve(ROOT, dirname(page), path);
  if (!existsSync(file)) return false;
  return fragment === undefined || !file.endsWith(".md") || anchors(file).includes(fragment);
}

/** The anchors of a page's headings, made as code hosts make them. */
function anchors(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+\s+(.*)$/gm)].map((match) =>
    (match[1] ?? "")
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-"),
  );
}

function sourceExists(page: string, path: string): boolean {
  // Tables give a package once and then paths from it.
  const packages = readdirSync(resolve(ROOT, "packages")).map((name) => `packages/${name}`);
  return [dirname(page), "packages", ...packages].some((from) =>
    existsSync(resolve(ROOT, from, path)),
  );
}
